// The program of the test pods. `echo serve PORT` answers TCP connections and UDP datagrams with one line: its pod's
// name and the source address that it sees. `echo ask NETWORK ADDRESS COUNT` prints such answers. `echo wait` waits.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const patience = 2 * time.Second

func main() {
	switch arg(1) {
	case "serve":
		go serveUDP(":" + arg(2))
		go serveTCP(":" + arg(2))
	case "ask":
		count, err := strconv.Atoi(arg(4))
		check(err)
		for ; count > 0; count-- {
			check(ask(arg(2), arg(3)))
		}
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

func ask(network, address string) error {
	connection, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return err
	}
	connection.SetDeadline(time.Now().Add(patience))
	if network == "udp" {
		connection.Write([]byte("?"))
		answer := make([]byte, 1024)
		size, err := connection.Read(answer)
		os.Stdout.Write(answer[:size])
		return err
	}
	_, err = io.Copy(os.Stdout, connection)
	return err
}

func name() string {
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
