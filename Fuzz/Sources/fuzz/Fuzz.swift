import CFuzzer
import Glibc

/// What can be fuzzed, each in a file of its own. A target stops the program where a promise is broken.
private let targets: [String: @Sendable (Input) -> Void] = [
    "request": RequestTarget.run, "response": ResponseTarget.run, "chunks": ChunkTarget.run,
    "events": EventTarget.run, "connection": ConnectionTarget.run, "session": SessionTarget.run,
]

/// It is told by the environment, because libFuzzer starts itself anew with its own arguments.
private let target = getenv("FUZZ_TARGET").flatMap { targets[String(cString: $0)] }

@main
enum Fuzz {
    static func main() {
        guard target != nil else {
            fatalError("FUZZ_TARGET must be one of \(targets.keys.sorted().joined(separator: ", "))")
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                target?(Input(UnsafeRawBufferPointer(start: bytes, count: count)))
                return 0
            })
    }
}

/// Stops the program, with a message also in a release build, unless the condition holds.
func promise(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
