// The one process in the lab's network namespace. `agent LINK[=MAC]...` makes the links, of which it holds the other ends: it
// is the pods and everybody beyond the node. Each line of its input is a JSON request, of its output the answer: it writes
// sysctls and runs programs (restores and saves of rules), then sends packets and tells what each of them met. Packets are
// told apart by a number that no translation changes: TCP's sequence number, or the payload of UDP. The kernel has done all
// that it does with a packet when the packet is sent, so that nobody waits for those that are dropped.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

type program struct {
	Argv  []string `json:"argv"`
	Input string   `json:"input"`
}

type ended struct {
	Exit   int    `json:"exit"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

type packet struct {
	// Empty where the node itself sends.
	Link        string `json:"link"`
	To          string `json:"to"`
	Protocol    string `json:"protocol"`
	Source      string `json:"source"`
	Destination string `json:"destination"`
	Port        uint16 `json:"port"`
	Count       int    `json:"count"`
}

type request struct {
	Write   [][2]string `json:"write"`
	Run     []program   `json:"run"`
	Packets []packet    `json:"packets"`
	// What is emptied before each packet.
	Lists []string    `json:"lists"`
	Sets  [][3]string `json:"sets"`
	// For what comes late; only packets of which nothing was seen wait.
	PatienceMs int `json:"patienceMs"`
}

type answer struct {
	Ended []ended `json:"ended"`
	// By packet: what it met, and how often.
	Met []map[string]int `json:"met"`
}

func main() {
	for _, name := range os.Args[1:] {
		link, mac, _ := strings.Cut(name, "=")
		links = append(links, openLink(link, mac))
	}
	openSockets()
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		check(json.Unmarshal(line, &asked))
		check(answers.Encode(serve(asked)))
	}
}

func serve(asked request) answer {
	done := answer{Ended: []ended{}, Met: []map[string]int{}}
	for _, entry := range asked.Write {
		check(os.WriteFile(entry[0], []byte(entry[1]), 0o644))
	}
	for _, one := range asked.Run {
		done.Ended = append(done.Ended, run(one))
	}
	if len(asked.Packets) == 0 {
		return done
	}
	flushConntrack()
	drain()
	sent := make([][]uint32, len(asked.Packets))
	for i, one := range asked.Packets {
		for count := 0; count < one.Count; count++ {
			emptyLists(asked.Lists)
			emptySets(asked.Sets)
			sent[i] = append(sent[i], send(one))
			drain()
		}
	}
	await(sent, time.Duration(asked.PatienceMs)*time.Millisecond)
	for _, numbers := range sent {
		met := map[string]int{}
		for _, number := range numbers {
			met[metBy(number)]++
		}
		done.Met = append(done.Met, met)
	}
	forget()
	return done
}

func await(sent [][]uint32, patience time.Duration) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		drain()
		open := false
		for _, numbers := range sent {
			for _, number := range numbers {
				open = open || metBy(number) == nothing
			}
		}
		if !open || time.Now().After(end) {
			return
		}
	}
}

func run(one program) ended {
	var stdout, stderr strings.Builder
	command := exec.Command(one.Argv[0], one.Argv[1:]...)
	command.Stdin = strings.NewReader(one.Input)
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if command.ProcessState == nil {
		return ended{127, "", err.Error()}
	}
	return ended{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
}
