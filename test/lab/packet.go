// Packets as bytes: those that are sent, and what is read of those that come out, arrive at a process or refuse.
package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

const (
	tcp    = 6
	udp    = 17
	icmp   = 1
	icmpv6 = 58
)

const (
	synFlag = 0x02
	rstFlag = 0x04
	ackFlag = 0x10
)

// Numbers of packets begin with it, so that nothing else is taken for one.
const numberBase = 0x6b000000

type transport struct {
	protocol        byte
	source, target  netip.Addr
	sport, dport    uint16
	number          uint32
	isReset, isMine bool
}

func segment(protocol byte, source, target netip.Addr, sport, dport uint16, number uint32) []byte {
	var made []byte
	at := 16
	if protocol == tcp {
		made = make([]byte, 20)
		binary.BigEndian.PutUint32(made[4:], number)
		made[12], made[13] = 5<<4, synFlag
		binary.BigEndian.PutUint16(made[14:], 64240)
	} else {
		made, at = make([]byte, 12), 6
		binary.BigEndian.PutUint16(made[4:], 12)
		binary.BigEndian.PutUint32(made[8:], number)
	}
	binary.BigEndian.PutUint16(made[0:], sport)
	binary.BigEndian.PutUint16(made[2:], dport)
	binary.BigEndian.PutUint16(made[at:], checksum(protocol, source, target, made))
	return made
}

func checksum(protocol byte, source, target netip.Addr, data []byte) uint16 {
	pseudo := append(source.AsSlice(), target.AsSlice()...)
	pseudo = append(pseudo, 0, protocol, 0, byte(len(data)))
	sum := ones(ones(0, pseudo), data)
	if sum == 0xffff {
		return sum
	}
	return ^sum
}

func ones(from uint16, data []byte) uint16 {
	sum := uint32(from)
	for i := 0; i+1 < len(data); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(data[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// The packet with its IP header.
func datagram(protocol byte, source, target netip.Addr, payload []byte) []byte {
	if source.Is4() {
		header := make([]byte, 20)
		header[0], header[8], header[9] = 0x45, 64, protocol
		binary.BigEndian.PutUint16(header[2:], uint16(20+len(payload)))
		copy(header[12:], source.AsSlice())
		copy(header[16:], target.AsSlice())
		binary.BigEndian.PutUint16(header[10:], ^ones(0, header))
		return append(header, payload...)
	}
	header := make([]byte, 40)
	header[0], header[6], header[7] = 0x60, protocol, 64
	binary.BigEndian.PutUint16(header[4:], uint16(len(payload)))
	copy(header[8:], source.AsSlice())
	copy(header[24:], target.AsSlice())
	return append(header, payload...)
}

func parse(data []byte) (protocol byte, source, target netip.Addr, payload []byte) {
	switch {
	case len(data) >= 20 && data[0]>>4 == 4:
		source, _ = netip.AddrFromSlice(data[12:16])
		target, _ = netip.AddrFromSlice(data[16:20])
		return data[9], source, target, data[min(int(data[0]&15)*4, len(data)):]
	case len(data) >= 40 && data[0]>>4 == 6:
		source, _ = netip.AddrFromSlice(data[8:24])
		target, _ = netip.AddrFromSlice(data[24:40])
		return data[6], source, target, data[40:]
	}
	return 0, source, target, nil
}

// One of the lab's packets, or the reset of one.
func parseTransport(protocol byte, source, target netip.Addr, data []byte) (transport, bool) {
	found := transport{protocol: protocol, source: source, target: target}
	switch {
	case protocol == tcp && len(data) >= 8:
		found.number = binary.BigEndian.Uint32(data[4:])
		if len(data) >= 14 {
			found.isReset = data[13]&rstFlag != 0
			found.isMine = data[13]&(rstFlag|ackFlag|synFlag) == synFlag
		}
		if found.isReset && data[13]&ackFlag != 0 {
			found.number = binary.BigEndian.Uint32(data[8:]) - 1
		}
	case protocol == udp && len(data) >= 12:
		found.number, found.isMine = binary.BigEndian.Uint32(data[8:]), true
	default:
		return found, false
	}
	found.sport = binary.BigEndian.Uint16(data[0:])
	found.dport = binary.BigEndian.Uint16(data[2:])
	return found, found.number&0xff000000 == numberBase
}

// An ICMP error that quotes one of the lab's packets: its number, and type and code.
func parseError(protocol byte, data []byte) (uint32, string, bool) {
	if len(data) < 8 {
		return 0, "", false
	}
	inner, source, target, payload := parse(data[8:])
	quoted, ok := parseTransport(inner, source, target, payload)
	if !ok || !quoted.isMine || (protocol == icmp && data[0] != 3) || (protocol == icmpv6 && data[0] >= 128) {
		return 0, "", false
	}
	return quoted.number, fmt.Sprintf("icmp %d/%d", data[0], data[1]), true
}
