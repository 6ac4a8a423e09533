import Foundation
import Glibc
import Testing

/// What a machine must have for these tests: they make namespaces, run containers and move them.
enum Requirements {
    /// Everything that is not there; empty on a machine that can run the tests.
    static let missing: [String] = {
        guard geteuid() == 0 else { return ["root"] }
        let programs =
            [criu, "/usr/sbin/runc"] + ["ip", "nft", "nsenter", "setpriv", "unshare"].map { find($0) ?? $0 }
        var missing = (programs + [executable] + images.map(archive(of:))).filter { access($0, R_OK) != 0 }
        if missing.isEmpty, !mayMakeNamespaces { missing.append("the right to make network namespaces") }
        return missing
    }()

    /// Whether there is a Docker daemon to start.
    static let hasDocker = ["dockerd", "containerd", "docker"].allSatisfy { find($0) != nil }

    /// What a skipped test says.
    static var comment: Comment { "missing: \(missing.joined(separator: ", "))" }

    /// The program, built beside the tests.
    static let executable: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().appending(path: "relocate").path(percentEncoded: false)
    }()

    /// CRIU, where agents look for it.
    static let criu = "/usr/local/sbin/criu"

    /// The images that the tests run.
    static let images = ["echo", "busybox", "redis", "web", "python"]

    /// The archive of an image, as `scripts/demo-images` leaves it.
    static func archive(of image: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/demo-images/\(image).tar")
            .standardized.path(percentEncoded: false)
    }

    /// Where a program is on PATH.
    static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin").split(
            separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private static var mayMakeNamespaces: Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["unshare", "--net", "--mount", "true"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
