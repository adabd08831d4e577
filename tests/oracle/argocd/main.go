// Answers what Argo CD itself makes of the cases on standard input: `make argocd-answers` runs it.
//
// It is built inside a checkout of Argo CD, as gitops-engine lies there. Named helm or kustomize it
// is their stand-in, and notes what it is told.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kubefake "k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	"github.com/argoproj/argo-cd/v3/util/db"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"github.com/argoproj/argo-cd/v3/util/settings"
)

const (
	repoURL  = "https://git.example.org/platform/gitops.git"
	otherURL = "https://git.example.org/platform/values.git"
	revision = "0123456789abcdef0123456789abcdef01234567"
)

type call struct {
	Program string         `json:"program"`
	Words   []string       `json:"words"`
	Values  map[string]any `json:"values,omitempty"`
	Patches any            `json:"patches,omitempty"`
}

type renderCase struct {
	Files     map[string]string           `json:"files"`
	Other     map[string]string           `json:"other"`
	Source    *v1alpha1.ApplicationSource `json:"source"`
	Name      string                      `json:"name"`
	Namespace string                      `json:"namespace"`
	Project   string                      `json:"project"`
	Options   string                      `json:"buildOptions"`
}

type rendered struct {
	Type  string   `json:"type,omitempty"`
	Calls []call   `json:"calls,omitempty"`
	Names []string `json:"names,omitempty"`
	Error string   `json:"error,omitempty"`
}

type ignoreCase struct {
	Ignore    []v1alpha1.ResourceIgnoreDifferences   `json:"ignore"`
	Overrides map[string]v1alpha1.OverrideIgnoreDiff `json:"overrides"`
	Object    map[string]any                         `json:"object"`
}

type filterCase struct {
	Exclusions []settings.FilteredResource `json:"exclusions"`
	Inclusions []settings.FilteredResource `json:"inclusions"`
	Group      string                      `json:"group"`
	Kind       string                      `json:"kind"`
}

type trackingCase struct {
	Object map[string]any `json:"object"`
	Label  string         `json:"label"`
	Method string         `json:"method"`
}

// cluster is what a Secret says of a cluster.
type cluster struct {
	Name   string            `json:"name"`
	Server string            `json:"server"`
	Labels map[string]string `json:"labels"`
}

// setCase has what the cluster that is looked at is called, which is not for Argo CD.
type setCase struct {
	Files        map[string]string       `json:"files"`
	Set          v1alpha1.ApplicationSet `json:"set"`
	Clusters     []cluster               `json:"clusters"`
	Destinations []string                `json:"destinations"`
	Unresolved   bool                    `json:"unresolved"`
}

type destinationCase struct {
	Destination  v1alpha1.ApplicationDestination `json:"destination"`
	Clusters     []cluster                       `json:"clusters"`
	Destinations []string                        `json:"destinations"`
}

type made struct {
	Applications []map[string]any `json:"applications,omitempty"`
	Error        string           `json:"error,omitempty"`
}

type cases struct {
	Render   map[string]renderCase   `json:"render"`
	Ignore   map[string]ignoreCase   `json:"ignore"`
	Filter   map[string]filterCase   `json:"filter"`
	Tracking map[string]trackingCase `json:"tracking"`
	Same     map[string][2]string    `json:"same"`
	Sets     map[string]setCase      `json:"sets"`

	Destinations map[string]destinationCase `json:"destinations"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	if name := filepath.Base(os.Args[0]); name == "helm" || name == "kustomize" {
		standIn(name)
		return
	}
	logrus.SetOutput(os.Stderr)
	logrus.SetLevel(logrus.FatalLevel)
	var given cases
	in := json.NewDecoder(os.Stdin)
	in.DisallowUnknownFields()
	if err := in.Decode(&given); err != nil {
		log.Fatal(err)
	}
	top := must(filepath.EvalSymlinks(must(os.MkdirTemp("", "answers"))))
	defer os.RemoveAll(top)
	self := must(os.Executable())
	for _, name := range []string{"helm", "kustomize"} {
		if err := os.Symlink(self, filepath.Join(top, name)); err != nil {
			log.Fatal(err)
		}
	}
	os.Setenv("PATH", top)
	os.Setenv("TMPDIR", top)
	answers := map[string]any{
		"render":   each(given.Render, func(c renderCase) any { return render(top, c) }),
		"ignore":   each(given.Ignore, func(c ignoreCase) any { return ignore(c) }),
		"filter":   each(given.Filter, func(c filterCase) any { return filter(c) }),
		"tracking": each(given.Tracking, func(c trackingCase) any { return tracking(c) }),
		"same":     each(given.Same, func(c [2]string) any { return git.SameURL(c[0], c[1]) }),
		"sets":     each(given.Sets, func(c setCase) any { return expand(c) }),

		"destinations": each(given.Destinations, func(c destinationCase) any { return destination(c) }),
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	out.SetEscapeHTML(false)
	if err := out.Encode(answers); err != nil {
		log.Fatal(err)
	}
}

func each[C any](given map[string]C, answer func(C) any) map[string]any {
	found := map[string]any{}
	for name, one := range given {
		found[name] = answer(one)
	}
	return found
}

// standIn notes its words, and what it is given in files that Argo CD wrote for it.
func standIn(name string) {
	words := os.Args[1:]
	if len(words) > 0 && words[0] == "version" {
		os.Stdout.WriteString(map[string]string{"helm": "v4.2.1", "kustomize": "v5.8.1"}[name])
		return
	}
	said := call{Program: name, Words: words, Values: map[string]any{}}
	for at, word := range words {
		if at > 0 && words[at-1] == "--values" && filepath.IsAbs(word) &&
			!strings.HasPrefix(word, os.Getenv("ANSWERS_ROOT")) &&
			!strings.HasPrefix(word, os.Getenv("ANSWERS_OTHER")) {
			var content any
			_ = yaml.Unmarshal(must(os.ReadFile(word)), &content)
			said.Values[word] = content
		}
	}
	if name == "kustomize" && words[0] == "build" {
		for _, file := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
			var content map[string]any
			data, err := os.ReadFile(filepath.Join(words[len(words)-1], file))
			if err == nil && yaml.Unmarshal(data, &content) == nil {
				said.Patches = content["patches"]
			}
		}
	}
	file := must(os.OpenFile(os.Getenv("ANSWERS_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))
	defer file.Close()
	_ = json.NewEncoder(file).Encode(said)
}

func lay(folder string, files map[string]string) {
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func render(top string, given renderCase) rendered {
	root, other := must(os.MkdirTemp(top, "r")), must(os.MkdirTemp(top, "o"))
	lay(root, given.Files)
	lay(other, given.Other)
	notes := filepath.Join(must(os.MkdirTemp(top, "n")), "log")
	os.Setenv("ANSWERS_LOG", notes)
	os.Setenv("ANSWERS_ROOT", root)
	os.Setenv("ANSWERS_OTHER", other)
	paths := utilio.NewRandomizedTempPaths(top)
	paths.Add(git.NormalizeGitURL(repoURL), root)
	paths.Add(git.NormalizeGitURL(otherURL), other)
	request := &apiclient.ManifestRequest{
		Repo:              &v1alpha1.Repository{Repo: repoURL},
		Revision:          given.Source.TargetRevision,
		AppName:           given.Name,
		Namespace:         given.Namespace,
		ProjectName:       given.Project,
		ApplicationSource: argo.NormalizeSource(given.Source),
		KustomizeOptions:  &v1alpha1.KustomizeOptions{BuildOptions: given.Options},
		RefSources: map[string]*v1alpha1.RefTarget{
			"$here":  {Repo: v1alpha1.Repository{Repo: repoURL}},
			"$other": {Repo: v1alpha1.Repository{Repo: otherURL}},
		},
		HasMultipleSources: true,
	}
	answer, err := repository.GenerateManifests(context.Background(), filepath.Join(root, given.Source.Path),
		root, revision, request, true, nil, resource.MustParse("0"), paths)
	plain := strings.NewReplacer(root+"/", "", root, ".", other+"/", "$other/", top, "(temporary)")
	found := rendered{}
	if err != nil {
		found.Error = plain.Replace(err.Error())
		return found
	}
	found.Type = answer.SourceType
	data, _ := os.ReadFile(notes)
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var one call
		if json.Unmarshal([]byte(line), &one) == nil {
			found.Calls = append(found.Calls, relative(one, plain))
		}
	}
	for _, text := range answer.Manifests {
		var object unstructured.Unstructured
		_ = json.Unmarshal([]byte(text), &object.Object)
		found.Names = append(found.Names, object.GetName())
	}
	sort.Strings(found.Names)
	return found
}

func relative(one call, plain *strings.Replacer) call {
	values := map[string]any{}
	for at, word := range one.Words {
		if content, ok := one.Values[word]; ok {
			one.Words[at] = "(values)"
			values["(values)"] = content
			continue
		}
		one.Words[at] = plain.Replace(word)
	}
	one.Values = values
	return one
}

func ignore(given ignoreCase) any {
	overrides := map[string]v1alpha1.ResourceOverride{}
	for name, one := range given.Overrides {
		overrides[name] = v1alpha1.ResourceOverride{IgnoreDifferences: one}
	}
	normalizer, err := normalizers.NewIgnoreNormalizer(given.Ignore, overrides, normalizers.IgnoreNormalizerOpts{})
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	object := &unstructured.Unstructured{Object: given.Object}
	if err := normalizer.Normalize(object); err != nil {
		return map[string]string{"error": err.Error()}
	}
	return object.Object
}

func filter(given filterCase) bool {
	rules := settings.ResourcesFilter{
		ResourceExclusions: given.Exclusions, ResourceInclusions: given.Inclusions,
	}
	return rules.IsExcludedResource(given.Group, given.Kind, v1alpha1.KubernetesInternalAPIServerAddr)
}

func tracking(given trackingCase) string {
	object := &unstructured.Unstructured{Object: given.Object}
	return argo.NewResourceTracking().GetAppName(object, given.Label, v1alpha1.TrackingMethod(given.Method), "")
}

// repos has the files of a case, and the directories that lead to them.
type repos struct{ files map[string]string }

func (r repos) GetFiles(_ context.Context, _, _, _, pattern string, _ bool, _ *v1alpha1.SourceIntegrity) (map[string][]byte, error) {
	found := map[string][]byte{}
	for name, text := range r.files {
		if ok, _ := doublestar.Match(pattern, name); ok {
			found[name] = []byte(text)
		}
	}
	return found, nil
}

func (r repos) GetDirectories(context.Context, string, string, string, bool, *v1alpha1.SourceIntegrity) ([]string, error) {
	known := map[string]bool{}
	for name := range r.files {
		for folder := filepath.Dir(name); folder != "."; folder = filepath.Dir(folder) {
			if !strings.HasPrefix(folder, ".") { // Argo CD's repo server passes over hidden ones
				known[folder] = true
			}
		}
	}
	found := make([]string, 0, len(known))
	for folder := range known {
		found = append(found, folder)
	}
	sort.Strings(found)
	return found, nil
}

func secret(given cluster) *corev1.Secret {
	labels := map[string]string{common.LabelKeySecretType: common.LabelValueSecretTypeCluster}
	for key, value := range given.Labels {
		labels[key] = value
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name: "cluster-" + strings.ToLower(given.Name), Namespace: "argocd", Labels: labels,
		},
		Data: map[string][]byte{
			"name": []byte(given.Name), "server": []byte(given.Server), "config": []byte("{}"),
		},
	}
}

func destination(given destinationCase) any {
	labels := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	objects := []runtime.Object{
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			Name: common.ArgoCDConfigMapName, Namespace: "argocd", Labels: labels,
		}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{
			Name: common.ArgoCDSecretName, Namespace: "argocd", Labels: labels,
		}, Data: map[string][]byte{"admin.password": nil, "server.secretkey": nil}},
	}
	for _, one := range given.Clusters {
		objects = append(objects, secret(one))
	}
	client := kubefake.NewClientset(objects...)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	known := db.NewDB("argocd", settings.NewSettingsManager(ctx, client, "argocd"), client)
	found, err := argo.GetDestinationCluster(ctx, given.Destination, known)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return found.Server
}

func expand(given setCase) made {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		log.Fatal(err)
	}
	if err := corev1.AddToScheme(scheme); err != nil {
		log.Fatal(err)
	}
	project := &v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "argocd"}}
	building := fake.NewClientBuilder().WithScheme(scheme).WithObjects(project)
	for _, one := range given.Clusters {
		building = building.WithObjects(secret(one))
	}
	client := building.Build()
	clusters := generators.NewClusterGenerator(client, "argocd")
	inner := map[string]generators.Generator{
		"List": generators.NewListGenerator(),
		"Git":  generators.NewGitGenerator(repos{given.Files}, "argocd"),
		"Clusters": clusters,
	}
	nested := map[string]generators.Generator{
		"List": inner["List"], "Git": inner["Git"], "Clusters": clusters,
		"Matrix": generators.NewMatrixGenerator(inner), "Merge": generators.NewMergeGenerator(inner),
	}
	every := map[string]generators.Generator{
		"List": inner["List"], "Git": inner["Git"], "Clusters": clusters,
		"Matrix": generators.NewMatrixGenerator(nested), "Merge": generators.NewMergeGenerator(nested),
	}
	found, _, err := template.GenerateApplications(
		logrus.WithField("case", ""), given.Set, every, &utils.Render{}, client)
	if err != nil {
		return made{Error: err.Error()}
	}
	answer := made{}
	for _, one := range found {
		text := must(json.Marshal(one))
		var content map[string]any
		_ = json.Unmarshal(text, &content)
		delete(content, "status")
		answer.Applications = append(answer.Applications, content)
	}
	return answer
}
