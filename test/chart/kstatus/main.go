// Reads one question a line, as JSON, and answers each with one line: what kstatus makes of an object, and
// what CEL expressions say of it, as Flux puts them. Decides nothing.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type question struct {
	Object      map[string]any    `json:"object"`
	Expressions map[string]string `json:"expressions"`
}

type answer struct {
	Status  string            `json:"status"`
	Message string            `json:"message"`
	Values  map[string]any    `json:"values"`
	Errors  map[string]string `json:"errors"`
}

func evaluate(text string, object map[string]any) (any, error) {
	var options []cel.EnvOption
	for name := range object {
		options = append(options, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(text)
	if issues != nil && issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(ast)
	if err != nil {
		return nil, err
	}
	value, _, err := program.Eval(object)
	if err != nil {
		return nil, err
	}
	return value.Value(), nil
}

func reply(line []byte) (answer, error) {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{}, err
	}
	// As the API server's answers are read: whole numbers are no floats.
	object := &unstructured.Unstructured{}
	text, err := json.Marshal(asked.Object)
	if err != nil {
		return answer{}, err
	}
	if err := object.UnmarshalJSON(text); err != nil {
		return answer{}, err
	}
	result, err := status.Compute(object)
	if err != nil {
		return answer{}, err
	}
	said := answer{
		Status:  string(result.Status),
		Message: result.Message,
		Values:  map[string]any{},
		Errors:  map[string]string{},
	}
	for name, expression := range asked.Expressions {
		value, err := evaluate(expression, object.Object)
		if err != nil {
			said.Errors[name] = err.Error()
		} else {
			said.Values[name] = value
		}
	}
	return said, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		said, err := reply(lines.Bytes())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(said); err != nil {
			os.Exit(1)
		}
	}
}
