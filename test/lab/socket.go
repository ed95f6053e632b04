// The node's own sockets: raw ones, which send whatever they are given through OUTPUT and get a copy of whatever has passed INPUT.
package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

const nothing = "nothing"

var sender4, sender6 int

type receiver struct {
	family   int
	protocol byte
	fd       int
}

var receivers []receiver

// Sees refusals of the node's own packets on their way back, before rules can drop them.
var loopback int

func openSockets() {
	const headerIncluded6 = 36
	sender4, sender6 = rawSocket(syscall.AF_INET, syscall.IPPROTO_RAW), rawSocket(syscall.AF_INET6, syscall.IPPROTO_RAW)
	check(syscall.SetsockoptInt(sender6, syscall.IPPROTO_IPV6, headerIncluded6, 1))
	openLoopback()
	for _, protocol := range []byte{tcp, udp, icmp} {
		receivers = append(receivers, receiver{syscall.AF_INET, protocol, rawSocket(syscall.AF_INET, int(protocol))})
	}
	for _, protocol := range []byte{tcp, udp, icmpv6} {
		fd := rawSocket(syscall.AF_INET6, int(protocol))
		check(syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_RECVPKTINFO, 1))
		receivers = append(receivers, receiver{syscall.AF_INET6, protocol, fd})
	}
}

func openLoopback() {
	const allProtocolsBigEndian, indexOfLo = 0x0300, 1
	var err error
	loopback, err = syscall.Socket(syscall.AF_PACKET, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, allProtocolsBigEndian)
	check(err)
	check(syscall.Bind(loopback, &syscall.SockaddrLinklayer{Protocol: allProtocolsBigEndian, Ifindex: indexOfLo}))
}

func drainLoopback() {
	var data [2048]byte
	for {
		size, _, err := syscall.Recvfrom(loopback, data[:], 0)
		if err != nil {
			return
		}
		protocol, source, target, payload := parse(data[:size])
		if protocol == icmp || protocol == icmpv6 {
			noteError(protocol, payload)
		} else if seen, ok := parseTransport(protocol, source, target, payload); ok && seen.isReset {
			noteRefusal(seen.number, "reset")
		}
	}
}

func rawSocket(family, protocol int) int {
	fd, err := syscall.Socket(family, syscall.SOCK_RAW|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, protocol)
	check(err)
	return fd
}

func (one receiver) drain() {
	var data [2048]byte
	var control [128]byte
	for {
		size, controlSize, _, from, err := syscall.Recvmsg(one.fd, data[:], control[:], 0)
		if err != nil {
			return
		}
		protocol, source, target, payload := one.protocol, netip.Addr{}, netip.Addr{}, data[:size]
		if one.family == syscall.AF_INET {
			_, source, target, payload = parse(data[:size])
		} else {
			source = netip.AddrFrom16(from.(*syscall.SockaddrInet6).Addr)
			target = targetOf(control[:controlSize])
		}
		if protocol == icmp || protocol == icmpv6 {
			noteError(protocol, payload)
		} else if seen, ok := parseTransport(protocol, source, target, payload); ok {
			note(seen, "local")
		}
	}
}

// The address of IPV6_PKTINFO.
func targetOf(control []byte) netip.Addr {
	messages, err := syscall.ParseSocketControlMessage(control)
	check(err)
	for _, message := range messages {
		if message.Header.Type == syscall.IPV6_PKTINFO {
			return netip.AddrFrom16([16]byte(message.Data[:16]))
		}
	}
	return netip.Addr{}
}

// What the packets met, by their numbers.
var met = map[uint32]string{}

var lastNumber uint32

func forget() { clear(met) }

func metBy(number uint32) string {
	if found, ok := met[number]; ok {
		return found
	}
	return nothing
}

// Where it arrived counts more than what comes back from there.
func note(seen transport, where string) {
	if seen.isReset {
		noteRefusal(seen.number, "reset")
	} else if seen.isMine {
		met[seen.number] = fmt.Sprintf("%s %s %s %d", where, seen.source.WithZone(""), seen.target.WithZone(""), seen.dport)
	}
}

func noteError(protocol byte, data []byte) {
	if number, what, ok := parseError(protocol, data); ok {
		noteRefusal(number, what)
	}
}

func noteRefusal(number uint32, what string) {
	if _, ok := met[number]; !ok {
		met[number] = what
	}
}

func drain() {
	for _, one := range links {
		one.drain()
	}
	drainLoopback()
	for _, one := range receivers {
		one.drain()
	}
}

func send(one packet) uint32 {
	lastNumber = (lastNumber + 1) & 0xffffff
	number := numberBase | lastNumber
	protocol := byte(udp)
	if one.Protocol == "TCP" {
		protocol = tcp
	}
	target := netip.MustParseAddr(one.Destination)
	source, err := sourceOf(one, target)
	if err == nil {
		made := datagram(protocol, source, target, segment(protocol, source, target, uint16(20000+lastNumber%40000), one.Port, number))
		err = transmit(one, target, made)
	}
	// the rules of OUTPUT drop it, perhaps with an answer
	if err != nil && !errors.Is(err, syscall.EPERM) {
		noteRefusal(number, "errno "+err.Error())
	}
	return number
}

var sources = map[netip.Addr]netip.Addr{}

// A process's packet has the address that the kernel gives a connection: as long as routes stay, always the same.
func sourceOf(one packet, target netip.Addr) (netip.Addr, error) {
	if one.Source != "" {
		return netip.MustParseAddr(one.Source), nil
	}
	if known, ok := sources[target]; ok {
		return known, nil
	}
	connection, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(target, one.Port)))
	if err != nil {
		return netip.Addr{}, err
	}
	defer connection.Close()
	sources[target] = connection.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone("")
	return sources[target], nil
}

func transmit(one packet, target netip.Addr, made []byte) error {
	if one.Link != "" {
		for _, link := range links {
			if link.name == one.Link {
				return link.send(one.To, made)
			}
		}
	}
	if target.Is4() {
		return syscall.Sendto(sender4, made, 0, &syscall.SockaddrInet4{Addr: target.As4()})
	}
	return syscall.Sendto(sender6, made, 0, &syscall.SockaddrInet6{Addr: target.As16()})
}
