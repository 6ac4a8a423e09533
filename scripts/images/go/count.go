// Counts the requests for each path, in memory alone.
package main

import (
	"fmt"
	"log"
	"net/http"
	"runtime"
	"strings"
	"sync"
)

func main() {
	var lock sync.Mutex
	counts := map[string]int{}
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		lock.Lock()
		counts[request.URL.Path]++
		count := counts[request.URL.Path]
		lock.Unlock()
		response.Header().Set("Server", "go/"+strings.TrimPrefix(runtime.Version(), "go"))
		fmt.Fprintln(response, count)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
