// Writes a package's SDK for one language, with the generator that `pulumi package add` has that language's host call.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: pulumi-sdk dotnet|go|python schema.json folder"))
	}
	pkg, err := bound(os.Args[2])
	if err != nil {
		fail(err)
	}
	files, err := generated(os.Args[1], pkg)
	if err != nil {
		fail(err)
	}
	if err := write(files, os.Args[3]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// bound is the package of a schema, checked as `pulumi package add` checks it.
func bound(file string) (*schema.Package, error) {
	contents, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(contents, &spec); err != nil {
		return nil, err
	}
	pkg, faults, err := schema.BindSpec(spec, nil, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	if faults.HasErrors() {
		return nil, faults
	}
	pkg.SupportPack = true // as `pulumi package add` sets it: Go's module is named for it
	return pkg, nil
}

func generated(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "dotnet":
		logo := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer logo.Close()
		pkg.LogoURL = logo.URL // or it is fetched from GitHub
		return dotnet.GeneratePackage("pulumi-language-dotnet", pkg, nil, nil)
	case "go":
		return golang.GeneratePackage("pulumi-language-go", pkg, nil)
	case "python":
		return python.GeneratePackage("pulumi-language-python", pkg, nil, nil)
	}
	return nil, fmt.Errorf("%s: the languages are dotnet, go and python", language)
}

func write(files map[string][]byte, folder string) error {
	for name, contents := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}
