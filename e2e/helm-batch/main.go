// helm-batch is helm's own command, run many times by one process: each line of stdin is the arguments of one run as
// a JSON list, each line of stdout what that run gave. One run at a time; the next is sent after the answer.
//
// Starting helm and searching primes for its random keys take more time than rendering a chart does: tens of
// thousands of renders are possible without these two.

// Where helm makes a key it says rand.Reader; with this, Go heeds it.
//go:debug cryptocustomrand=1
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	helmcmd "helm.sh/helm/v4/pkg/cmd"
	"helm.sh/helm/v4/pkg/kube"

	// As in helm's own main.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
)

// Helm keeps what it registers for each command (flags, initializers with the last release, signal handlers): after
// this many runs the process replaces itself, and with it all that memory and state.
const runsPerLife = 100

// Primes as JSON: their size in bytes -> big-endian in base64. Without it, keys are searched as helm does.
const primesVariable = "HELM_BATCH_PRIMES"

type answer struct {
	Code   int    `json:"code"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

func main() {
	// As in helm's own main.
	kube.ManagedFieldsManager = "helm"
	beTheRelease()
	if err := useKnownPrimes(os.Getenv(primesVariable)); err != nil {
		fatal(err)
	}
	requests := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for run := 0; run < runsPerLife; run++ {
		line, err := requests.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var args []string
		if err == nil {
			err = json.Unmarshal(line, &args)
		}
		if err == nil {
			err = answers.Encode(runHelm(args))
		}
		if err != nil {
			fatal(err)
		}
	}
	// Nothing is lost: a request that came since the last answer still lies in the pipe.
	self, err := os.Executable()
	if err == nil {
		err = syscall.Exec(self, os.Args, os.Environ())
	}
	fatal(err)
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "helm-batch:", err)
	os.Exit(1)
}

// runHelm does what helm's main does, and ends with the exit code and the texts that helm ends with.
func runHelm(args []string) (result answer) {
	var stdout, stderr bytes.Buffer
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(&stderr, "panic: %v\n\n%s", reason, debug.Stack())
			result.Code = 2
		}
		result.Stdout, result.Stderr = stdout.String(), stderr.String()
	}()
	root, err := helmcmd.NewRootCmd(&stdout, args, logTo(&stderr))
	if err != nil {
		slog.Warn("command failed", slog.Any("error", err))
		return answer{Code: 1}
	}
	root.SetArgs(args)
	root.SetErr(&stderr)
	if err := root.Execute(); err != nil {
		if commandError, ok := err.(helmcmd.CommandError); ok {
			return answer{Code: commandError.ExitCode}
		}
		return answer{Code: 1}
	}
	return answer{}
}

// beTheRelease has templates see the build that is compared with, not this one (`helm version` of the binary).
func beTheRelease() {
	version := &common.DefaultCapabilities.HelmVersion
	version.Version = "v4.1.4"
	version.GitCommit = "05fa37973dc9e42b76e1d2883494c87174b6074f"
	version.GitTreeState = "clean"
	version.GoVersion = "go1.25.9"
}

// knownPrimes is a source of random bytes that gives a known prime where a candidate for one is wanted.
type knownPrimes struct {
	random io.Reader
	bySize map[int][][]byte
	next   int
}

func (source *knownPrimes) Read(place []byte) (int, error) {
	primes := source.bySize[len(place)]
	if len(primes) == 0 {
		return source.random.Read(place)
	}
	source.next++
	return copy(place, primes[source.next%len(primes)]), nil
}

func useKnownPrimes(text string) error {
	if text == "" {
		return nil
	}
	source := &knownPrimes{random: rand.Reader}
	// So that the renders before and after a new life don't use the same ones.
	source.next = int(time.Now().UnixNano() & 0xffff)
	rand.Reader = source
	return json.Unmarshal([]byte(text), &source.bySize)
}

// logTo sets up the log that helm has (helmcmd.SetupLogging), with another place for it than the standard error.
func logTo(place io.Writer) func(bool) {
	return func(isDebug bool) {
		level := slog.LevelInfo
		if isDebug {
			level = slog.LevelDebug
		}
		slog.SetDefault(slog.New(slog.NewTextHandler(place, &slog.HandlerOptions{
			Level: level,
			ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
				if attribute.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return attribute
			},
		})))
	}
}
