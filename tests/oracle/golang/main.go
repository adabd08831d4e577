// Answers what Go's own libraries make of the cases on standard input: `make goanswers` runs it.
//
// A case is YAML as sigs.k8s.io/yaml reads it, a template as Argo CD's ApplicationSets have it
// (text/template with sprig and Argo CD's own functions), or of Kubernetes a quantity, a pod with
// a node, or a label selector with labels.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

type question struct {
	YAML     *string        `json:"yaml,omitempty"`
	Template string         `json:"template,omitempty"`
	Strict   bool           `json:"strict,omitempty"`
	Data     map[string]any `json:"data,omitempty"`

	Quantity *string               `json:"quantity,omitempty"`
	Pod      *corev1.Pod           `json:"pod,omitempty"`
	Node     corev1.Node           `json:"node,omitempty"`
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
	Labels   map[string]string     `json:"labels,omitempty"`
}

type answer struct {
	JSON  string `json:"json,omitempty"`
	Text  string `json:"text,omitempty"`
	Error bool   `json:"error,omitempty"`
}

type exchange struct {
	Data  map[string]any `json:"data"`
	Cases []question     `json:"cases"`
}

var invalid = regexp.MustCompile(`[^-a-z0-9.]`)

func functions() template.FuncMap {
	found := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(found, name)
	}
	found["normalize"] = func(name string) string {
		name = invalid.ReplaceAllString(strings.ToLower(name), "-")
		if len(name) > 253 {
			name = name[:253]
		}
		return strings.Trim(name, "-.")
	}
	found["toYaml"] = func(v any) (string, error) {
		data, err := yaml.Marshal(v)
		return strings.TrimSuffix(string(data), "\n"), err
	}
	found["fromYaml"] = func(text string) (map[string]any, error) {
		value := map[string]any{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	found["fromYamlArray"] = func(text string) ([]any, error) {
		value := []any{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	return template.FuncMap(found)
}

func rendered(asked question, data map[string]any) (found answer) {
	defer func() {
		if recover() != nil {
			found = answer{Error: true}
		}
	}()
	parsed := template.New("").Funcs(functions())
	if asked.Strict {
		parsed = parsed.Option("missingkey=error")
	}
	parsed, err := parsed.Parse(asked.Template)
	if err != nil {
		return answer{Error: true}
	}
	var text bytes.Buffer
	if parsed.Execute(&text, data) != nil {
		return answer{Error: true}
	}
	return answer{Text: text.String()}
}

func read(text string) answer {
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return answer{Error: true}
	}
	return answer{JSON: string(data)}
}

func version(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, used := range info.Deps {
		if used.Path == path {
			return strings.TrimPrefix(used.Version, "v")
		}
	}
	return ""
}

func answered(asked question, data map[string]any) answer {
	switch {
	case asked.YAML != nil:
		return read(*asked.YAML)
	case asked.Quantity != nil:
		return value(*asked.Quantity)
	case asked.Pod != nil:
		return placed(*asked.Pod, asked.Node)
	case asked.Selector != nil:
		return selected(*asked.Selector, asked.Labels)
	default:
		return rendered(asked, data)
	}
}

func main() {
	var asked exchange
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, 0, len(asked.Cases))
	for _, one := range asked.Cases {
		answers = append(answers, answered(one, asked.Data))
	}
	info, _ := debug.ReadBuildInfo()
	versions := map[string]string{
		"go":                              strings.TrimPrefix(info.GoVersion, "go"),
		"sigs.k8s.io/yaml":                version("sigs.k8s.io/yaml"),
		"github.com/Masterminds/sprig/v3": version("github.com/Masterminds/sprig/v3"),
		"k8s.io/component-helpers":        version("k8s.io/component-helpers"),
	}
	data, err := json.Marshal(map[string]any{"versions": versions, "answers": answers})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
}
