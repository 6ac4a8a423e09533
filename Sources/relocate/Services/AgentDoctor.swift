import ArgumentParser
import DockerEngine
import FleetModel
import Glibc
import HostAgent

/// `relocate agent doctor`
struct AgentDoctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "See whether this host can move containers, and what it lacks.",
        discussion: "Changes nothing. Exit code 1 when something is missing.")

    @Option(help: "runc or docker: what is to carry containers.")
    var runtime = RuntimeKind.runc

    @Option(help: ArgumentHelp("CRIU.", valueName: "file"))
    var criu = "/usr/local/sbin/criu"

    @Option(help: ArgumentHelp("runc.", valueName: "file"))
    var runc = "/usr/sbin/runc"

    @Option(help: ArgumentHelp("The Unix socket of the Docker daemon.", valueName: "file"))
    var docker = DockerEngine.standardSocket

    @Option(
        help: ArgumentHelp(
            "Where the Docker daemon's containerd may listen: Unix sockets; may be repeated.", valueName: "file"))
    var containerd = DockerRuntime.standardContainerdSockets

    func run() async throws {
        let facts = await HostFacts.collect(
            HostTools(runtimes: [runtime], criu: criu, runc: runc, docker: docker, containerd: containerd))
        var problems = facts.problems
        if geteuid() != 0 { problems.insert("moving containers needs root: run this as root too", at: 0) }
        print("kernel \(facts.kernel), control groups version \(facts.cgroupVersion)")
        print("CRIU   \(facts.criuVersion ?? "none that serves")")
        print("runc   \(facts.runcVersion ?? "missing")")
        for problem in problems { print("- \(problem)") }
        guard problems.isEmpty else { throw ExitCode(1) }
        print("Nothing is missing.")
    }
}
