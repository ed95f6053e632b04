// The ends of links that are not the node's: frames of pods and of the world beyond go in there, and come out.
package main

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"syscall"
	"unsafe"
)

type link struct {
	name string
	// The address of who is there; empty where all frames are for it.
	mac string
	fd  int
}

var links []link

func openLink(name, mac string) link {
	const tapWithoutHeader = 0x0002 | 0x1000
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	check(err)
	var asked [40]byte
	copy(asked[:15], name)
	*(*uint16)(unsafe.Pointer(&asked[16])) = tapWithoutHeader
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&asked))); errno != 0 {
		check(errno)
	}
	return link{name, parseMac(mac), fd}
}

func parseMac(text string) string {
	mac, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	check(err)
	return string(mac)
}

const stranger = "\x02\x00\x00\x00\x00\xfe"

func (one link) send(to string, packet []byte) error {
	from := one.mac
	if from == "" {
		from = stranger
	}
	kind := "\x08\x00"
	if packet[0]>>4 == 6 {
		kind = "\x86\xdd"
	}
	_, err := syscall.Write(one.fd, append([]byte(parseMac(to)+from+kind), packet...))
	return err
}

// What the node sent there until now.
func (one link) drain() {
	var frame [2048]byte
	for {
		size, err := syscall.Read(one.fd, frame[:])
		if err != nil || size < 14 {
			return
		}
		if one.mac != "" && string(frame[:6]) != one.mac {
			continue
		}
		protocol, source, target, payload := parse(frame[14:size])
		// as IPv6 has it, nobody takes such a packet from a link
		if source == netip.IPv6Loopback() {
			continue
		}
		if protocol == icmp || protocol == icmpv6 {
			noteError(protocol, payload)
		} else if seen, ok := parseTransport(protocol, source, target, payload); ok {
			note(seen, "left "+one.name)
		}
	}
}
