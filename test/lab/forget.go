// What the kernel remembers of packets that have been: connections, the lists of -m recent, and sets that nft's rules write to.
package main

import (
	"encoding/binary"
	"os"
	"syscall"
)

const (
	conntrackDelete = 1<<8 | 2
	batchBegin      = 0x10
	batchEnd        = 0x11
	setElemDelete   = 10<<8 | 14
	nftables        = 10
)

// Without a filter, all are deleted.
func flushConntrack() {
	netlink(message(conntrackDelete, syscall.NLM_F_ACK, 0, 0))
}

// Lists that no rule names any more are not there.
func emptyLists(names []string) {
	for _, name := range names {
		if file, err := os.OpenFile("/proc/net/xt_recent/"+name, os.O_WRONLY, 0); err == nil {
			_, err = file.WriteString("/\n")
			check(err)
			file.Close()
		}
	}
}

var families = map[string]byte{"inet": 1, "ip": 2, "ip6": 10}

// Sets by family, table and name. One that is not there is not emptied.
func emptySets(sets [][3]string) {
	const ofTable, ofSet = 1, 2
	for _, set := range sets {
		delete := message(setElemDelete, syscall.NLM_F_ACK, families[set[0]], 0, attribute(ofTable, set[1]), attribute(ofSet, set[2]))
		netlink(message(batchBegin, 0, 0, nftables), delete, message(batchEnd, 0, 0, nftables))
	}
}

// struct nlmsghdr and struct nfgenmsg, whose last field is of the network's order.
func message(kind, flags uint16, family byte, resource uint16, attributes ...[]byte) []byte {
	made := make([]byte, 20)
	made[16] = family
	binary.BigEndian.PutUint16(made[18:], resource)
	for _, one := range attributes {
		made = append(made, one...)
	}
	binary.NativeEndian.PutUint32(made[0:], uint32(len(made)))
	binary.NativeEndian.PutUint16(made[4:], kind)
	binary.NativeEndian.PutUint16(made[6:], syscall.NLM_F_REQUEST|flags)
	return made
}

// struct nlattr and a text that ends with 0.
func attribute(kind uint16, text string) []byte {
	made := make([]byte, 4, 4+len(text)+4)
	binary.NativeEndian.PutUint16(made[0:], uint16(4+len(text)+1))
	binary.NativeEndian.PutUint16(made[2:], kind)
	made = append(append(made, text...), 0)
	for len(made)%4 != 0 {
		made = append(made, 0)
	}
	return made
}

// Sends the messages together and waits for an answer.
func netlink(messages ...[]byte) {
	const netfilter = 12
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netfilter)
	check(err)
	defer syscall.Close(fd)
	var all []byte
	for _, one := range messages {
		all = append(all, one...)
	}
	check(syscall.Sendto(fd, all, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}))
	_, _, err = syscall.Recvfrom(fd, make([]byte, 4096), 0)
	check(err)
}
