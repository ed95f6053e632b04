// The program of the test pods. `echo serve PORT...` answers TCP connections and UDP datagrams with one line: $NAME, or
// the host's name, and the source address that it sees, at the addresses of $LISTEN, or at all. What asks does so from
// $FROM, one address of each family. `echo ask NETWORK ADDRESS COUNT` prints such answers. `echo probe COUNT
// NETWORK/ADDRESS...` asks many addresses at a time, each so often, and prints for each connection a line `NETWORK/ADDRESS
// POD SOURCE`, or what became of it: REFUSED, UNREACHABLE or TIMEOUT. `echo wait` waits. traffic.go has
// the rest.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const patience = 3 * time.Second

func main() {
	switch arg(1) {
	case "serve":
		for _, address := range strings.Split(os.Getenv("LISTEN"), ",") {
			for _, port := range os.Args[2:] {
				go serveUDP(net.JoinHostPort(address, port))
				go serveTCP(net.JoinHostPort(address, port))
			}
		}
	case "hold":
		hold(os.Args[2:])
	case "traffic":
		traffic()
		return
	case "ask":
		count, err := strconv.Atoi(arg(4))
		check(err)
		for ; count > 0; count-- {
			answer, err := ask(arg(2), arg(3))
			check(err)
			fmt.Print(answer)
		}
		return
	case "probe":
		count, err := strconv.Atoi(arg(2))
		check(err)
		var asking sync.WaitGroup
		for _, target := range os.Args[3:] {
			asking.Go(func() { probe(target, count) })
		}
		asking.Wait()
		return
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
}

func serveTCP(address string) {
	listener, err := net.Listen("tcp", address)
	check(err)
	for {
		if connection, err := listener.Accept(); err == nil {
			fmt.Fprintln(connection, name(), connection.RemoteAddr())
			connection.Close()
		}
	}
}

func serveUDP(address string) {
	socket, err := net.ListenPacket("udp", address)
	check(err)
	for {
		if _, source, err := socket.ReadFrom(make([]byte, 1)); err == nil {
			socket.WriteTo([]byte(fmt.Sprintln(name(), source)), source)
		}
	}
}

func ask(network, address string) (string, error) {
	dialer := net.Dialer{Timeout: patience, LocalAddr: from(network, address)}
	connection, err := dialer.Dial(network, address)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	if network == "udp" {
		connection.Write([]byte("?"))
		answer := make([]byte, 1024)
		size, err := connection.Read(answer)
		return string(answer[:size]), err
	}
	answer, err := io.ReadAll(connection)
	return string(answer), err
}

func from(network, address string) net.Addr {
	for _, own := range strings.Fields(os.Getenv("FROM")) {
		if strings.Contains(own, ":") != strings.HasPrefix(address, "[") {
			continue
		}
		if network == "udp" {
			return &net.UDPAddr{IP: net.ParseIP(own)}
		}
		return &net.TCPAddr{IP: net.ParseIP(own)}
	}
	return nil
}

// What takes long to fail, also because the kernel limits its ICMP messages, is tried three times only.
func probe(target string, count int) {
	network, address, _ := strings.Cut(target, "/")
	for slow := 0; count > 0 && slow < 3; count-- {
		start := time.Now()
		answer, err := ask(network, address)
		if err != nil {
			answer = outcome(err) + "\n"
			if time.Since(start) > patience/6 {
				slow++
			}
		}
		fmt.Print(target, " ", answer)
	}
}

func outcome(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "REFUSED"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "UNREACHABLE"
	}
	return "TIMEOUT"
}

func name() string {
	if name := os.Getenv("NAME"); name != "" {
		return name
	}
	host, _ := os.Hostname()
	return host
}

func arg(index int) string {
	if index < len(os.Args) {
		return os.Args[index]
	}
	return ""
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
