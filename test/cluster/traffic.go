// The meter of what a change costs. `echo hold PORT...` answers every line of a connection and every datagram with $NAME,
// the source address that it sees, and what it was sent. `echo traffic SECONDS RATE KIND/ADDRESS...` opens RATE connections a second to each of
// the addresses, from one start to all ends, and prints for each a line of JSON with what became of them. KIND: `tcp` and
// `udp` are new connections, `flow` datagrams from one port, `held` ten connections that are there from the start, each
// with a line every tenth of a second.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	attemptPatience = time.Second
	heldPatience    = 5 * time.Second
	heldCount       = 10
	heldPause       = 100 * time.Millisecond
	slow            = 100 * time.Millisecond
)

type attempt struct {
	start, end time.Time
	// Empty for an answer.
	failure string
}

type failed struct {
	// Of the day, as other logs have it.
	At   string `json:"at"`
	Ms   int64  `json:"ms"`
	What string `json:"what"`
}

type tally struct {
	Target string         `json:"target"`
	Sent   int            `json:"sent"`
	Failed map[string]int `json:"failed"`
	// Answered, but late.
	Slow      int   `json:"slow"`
	SlowestMs int64 `json:"slowestMs"`
	// From the start of the first that failed to that of the next that did not, the longest.
	OutageMs int64    `json:"outageMs"`
	First    []failed `json:"first"`
}

func traffic() {
	seconds, err := strconv.Atoi(arg(2))
	check(err)
	rate, err := strconv.Atoi(arg(3))
	check(err)
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	tallies := make([]tally, len(os.Args)-4)
	var asking sync.WaitGroup
	for index, target := range os.Args[4:] {
		kind, address, _ := strings.Cut(target, "/")
		asking.Go(func() { tallies[index] = tallied(target, attempts(kind, address, rate, end)) })
	}
	asking.Wait()
	for _, one := range tallies {
		check(json.NewEncoder(os.Stdout).Encode(one))
	}
}

func attempts(kind, address string, rate int, end time.Time) []attempt {
	switch kind {
	case "held":
		return held(address, end)
	case "flow":
		return flow(address, rate, end)
	}
	var (
		all   []attempt
		lock  sync.Mutex
		going sync.WaitGroup
	)
	every(time.Second/time.Duration(rate), end, func() {
		going.Go(func() {
			start := time.Now()
			err := open(kind, address)
			lock.Lock()
			all = append(all, attempt{start, time.Now(), failureOf(err)})
			lock.Unlock()
		})
	})
	going.Wait()
	return all
}

func every(pause time.Duration, end time.Time, do func()) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for time.Now().Before(end) {
		do()
		<-ticker.C
	}
}

func dial(network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: attemptPatience, LocalAddr: from(network, address)}
	return dialer.Dial(network, address)
}

func open(network, address string) error {
	start := time.Now()
	connection, err := dial(network, address)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(start.Add(attemptPatience))
	if _, err := fmt.Fprintln(connection, "?"); err != nil {
		return err
	}
	_, err = bufio.NewReader(connection).ReadString('\n')
	return err
}

// A datagram is answered by one that has its number.
func flow(address string, rate int, end time.Time) []attempt {
	connection, err := dial("udp", address)
	check(err)
	var (
		all  []attempt
		lock sync.Mutex
	)
	go func() {
		buffer := make([]byte, 1024)
		for {
			size, err := connection.Read(buffer)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			words := strings.Fields(string(buffer[:size]))
			if err != nil || len(words) == 0 {
				continue
			}
			lock.Lock()
			if number, err := strconv.Atoi(words[len(words)-1]); err == nil && number < len(all) {
				all[number].failure, all[number].end = "", time.Now()
			}
			lock.Unlock()
		}
	}()
	every(time.Second/time.Duration(rate), end, func() {
		lock.Lock()
		number := len(all)
		all = append(all, attempt{time.Now(), time.Now(), "timed out"})
		lock.Unlock()
		fmt.Fprintln(connection, number)
	})
	time.Sleep(attemptPatience)
	connection.Close()
	return all
}

// Of each connection the lines that were answered, and how it ended if it broke.
func held(address string, end time.Time) []attempt {
	var (
		all   []attempt
		lock  sync.Mutex
		going sync.WaitGroup
	)
	for range heldCount {
		going.Go(func() {
			own := heldOne(address, end)
			lock.Lock()
			all = append(all, own...)
			lock.Unlock()
		})
	}
	going.Wait()
	return all
}

func heldOne(address string, end time.Time) (all []attempt) {
	connection, err := dial("tcp", address)
	if err != nil {
		return []attempt{{time.Now(), time.Now(), "not opened: " + failureOf(err)}}
	}
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for time.Now().Before(end) {
		start := time.Now()
		connection.SetDeadline(start.Add(heldPatience))
		_, err := fmt.Fprintln(connection, "?")
		if err == nil {
			_, err = reader.ReadString('\n')
		}
		failure := failureOf(err)
		all = append(all, attempt{start, time.Now(), failure})
		if failure != "" {
			return all
		}
		time.Sleep(heldPause)
	}
	return all
}

func tallied(target string, all []attempt) tally {
	sort.Slice(all, func(i, j int) bool { return all[i].start.Before(all[j].start) })
	result := tally{Target: target, Sent: len(all), Failed: map[string]int{}, First: []failed{}}
	var down time.Time
	for _, one := range all {
		took := one.end.Sub(one.start)
		if one.failure == "" {
			if took > slow {
				result.Slow++
			}
			result.SlowestMs = max(result.SlowestMs, took.Milliseconds())
			if !down.IsZero() {
				result.OutageMs = max(result.OutageMs, one.start.Sub(down).Milliseconds())
			}
			down = time.Time{}
			continue
		}
		if down.IsZero() {
			down = one.start
		}
		result.Failed[one.failure]++
		if len(result.First) < 20 {
			result.First = append(result.First, failed{one.start.Format("15:04:05.000"), took.Milliseconds(), one.failure})
		}
	}
	if last := len(all) - 1; !down.IsZero() {
		result.OutageMs = max(result.OutageMs, all[last].end.Sub(down).Milliseconds())
	}
	return result
}

func failureOf(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case err == nil:
		return ""
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "unreachable"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF):
		return "reset"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	}
	return err.Error()
}

func hold(ports []string) {
	for _, address := range strings.Split(os.Getenv("LISTEN"), ",") {
		for _, port := range ports {
			go holdTCP(net.JoinHostPort(address, port))
			go holdUDP(net.JoinHostPort(address, port))
		}
	}
}

func holdTCP(address string) {
	listener, err := net.Listen("tcp", address)
	check(err)
	for {
		connection, err := listener.Accept()
		if err != nil {
			continue
		}
		go func() {
			defer connection.Close()
			for lines := bufio.NewScanner(connection); lines.Scan(); {
				fmt.Fprintln(connection, name(), connection.RemoteAddr(), lines.Text())
			}
		}()
	}
}

func holdUDP(address string) {
	socket, err := net.ListenPacket("udp", address)
	check(err)
	buffer := make([]byte, 1024)
	for {
		if size, source, err := socket.ReadFrom(buffer); err == nil {
			socket.WriteTo([]byte(fmt.Sprint(name(), " ", source, " ", string(buffer[:size]))), source)
		}
	}
}
