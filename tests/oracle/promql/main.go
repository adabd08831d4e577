// Answers what Prometheus' own parser makes of the expressions on standard input, and which
// selectors each cannot do without: `make goanswers` runs it.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

type matcher [3]string // a label, an operator and a value

type answer struct {
	Error string        `json:"error,omitempty"`
	Text  string        `json:"text,omitempty"` // as Prometheus prints the expression
	Needs [][][]matcher `json:"needs"`          // of each list at least one selector
}

func needs(node parser.Node) [][][]matcher {
	switch found := node.(type) {
	case *parser.VectorSelector:
		return judged(found.LabelMatchers)
	case *parser.Call:
		if found.Func.Name == "absent" || found.Func.Name == "absent_over_time" {
			return nil
		}
		if found.Func.Name == "info" { // without the second it still gives the first
			return needs(found.Args[0])
		}
	case *parser.BinaryExpr:
		left, right := needs(found.LHS), needs(found.RHS)
		switch found.Op {
		case parser.LUNLESS:
			return left
		case parser.LOR:
			return either(left, right)
		}
		if filled(found.VectorMatching) {
			return nil
		}
		return append(left, right...)
	}
	all := [][][]matcher{}
	for child := range parser.ChildrenIter(node) {
		all = append(all, needs(child)...)
	}
	return all
}

// Filled tells whether a missing side stands for a number: then neither is needed by itself.
func filled(matching *parser.VectorMatching) bool {
	return matching != nil && (matching.FillValues.LHS != nil || matching.FillValues.RHS != nil)
}

func either(left, right [][][]matcher) [][][]matcher {
	if len(left) == 0 || len(right) == 0 {
		return nil
	}
	all := [][]matcher{}
	for _, one := range append(left, right...) {
		all = append(all, one...)
	}
	return [][][]matcher{all}
}

// Judged are the matchers of the name and of the job that ask for something; nothing of a selector
// without any, and of what Prometheus has by itself.
func judged(all []*labels.Matcher) [][][]matcher {
	found := []matcher{}
	for _, one := range all {
		known := one.Name == labels.MetricName || one.Name == "job"
		wants := one.Type == labels.MatchEqual || one.Type == labels.MatchRegexp
		if one.Name == labels.MetricName && (one.Value == "ALERTS" || one.Value == "ALERTS_FOR_STATE") {
			return nil
		}
		if known && wants && one.Value != "" {
			found = append(found, matcher{one.Name, one.Type.String(), one.Value})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return [][][]matcher{{found}}
}

func answered(text string) answer {
	options := parser.Options{
		EnableExperimentalFunctions: true,
		EnableBinopFillModifiers:    true,
	}
	expression, err := parser.NewParser(options).ParseExpr(text)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Text: expression.String(), Needs: needs(expression)}
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, used := range info.Deps {
		if used.Path == "github.com/prometheus/prometheus" {
			return strings.TrimPrefix(used.Version, "v")
		}
	}
	return ""
}

func main() {
	var asked []string
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, 0, len(asked))
	for _, text := range asked {
		answers = append(answers, answered(text))
	}
	data, err := json.Marshal(map[string]any{"version": version(), "answers": answers})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
}
