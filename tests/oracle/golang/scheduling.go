package main

import (
	"encoding/json"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// value answers what a quantity is.
func value(text string) answer {
	found, err := resource.ParseQuantity(text)
	if err != nil {
		return answer{Error: true}
	}
	return answer{Text: found.AsDec().String()}
}

// fit is how a pod stands to a node, whatever else runs there.
type fit struct {
	Selected    bool     `json:"selected"`
	Untolerated []string `json:"untolerated"`
}

// placed answers whether a node has the labels that a pod asks for, and which of its taints the
// pod does not tolerate.
func placed(pod corev1.Pod, node corev1.Node) answer {
	selected, err := nodeaffinity.GetRequiredNodeAffinity(&pod).Match(&node)
	found := fit{Selected: selected && err == nil, Untolerated: []string{}}
	for _, taint := range node.Spec.Taints {
		if taint.Effect != corev1.TaintEffectPreferNoSchedule &&
			!scheduling.TolerationsTolerateTaint(logr.Discard(), pod.Spec.Tolerations, &taint, true) {
			found.Untolerated = append(found.Untolerated, taint.ToString())
		}
	}
	data, err := json.Marshal(found)
	if err != nil {
		return answer{Error: true}
	}
	return answer{JSON: string(data)}
}

// selected answers whether a label selector selects what has these labels.
func selected(selector metav1.LabelSelector, has map[string]string) answer {
	found, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil {
		return answer{Error: true}
	}
	if found.Matches(labels.Set(has)) {
		return answer{Text: "yes"}
	}
	return answer{Text: "no"}
}
