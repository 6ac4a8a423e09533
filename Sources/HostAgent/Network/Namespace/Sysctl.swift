import FleetModel
import FoundationEssentials
import Glibc

/// A setting of the kernel's network, of the calling thread's namespace.
package struct Sysctl: Sendable, Hashable {
    /// The path below `/proc/sys/net`, such as `ipv4/ip_forward`.
    package var name: String
    /// What is written.
    package var value: Int

    /// A setting.
    package init(_ name: String, _ value: Int) {
        self.name = name
        self.value = value
    }

    /// Writes the setting.
    package func apply() throws(NetlinkError) {
        let descriptor = open("/proc/sys/net/\(name)", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .current("setting net/\(name)") }
        defer { close(descriptor) }
        let text = String(value)
        guard write(descriptor, text, text.utf8.count) == text.utf8.count else {
            throw .current("setting net/\(name)=\(value)")
        }
    }

    /// Writes the setting where the kernel has it: parts such as IPv6 may be switched off.
    package func applyIfPresent() throws(NetlinkError) {
        do {
            try apply()
        } catch  where error.number == ENOENT {
        }
    }
}

extension Sysctl {
    /// How full the table of tracked connections is, of the calling thread's namespace.
    static var connectionTable: ConnectionTable? {
        guard let count = value(of: "netfilter/nf_conntrack_count"),
            let limit = value(of: "netfilter/nf_conntrack_max"), limit > 0
        else { return nil }
        return ConnectionTable(count: count, limit: limit)
    }

    /// What a setting is; `nil` where the kernel does not have it, or it is no number.
    package static func value(of name: String) -> Int? {
        guard let bytes = try? FileBytes.read("/proc/sys/net/\(name)") else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
    }

    /// The interfaces that have settings of their own, `all` and `default` among them.
    static func interfaces() throws(NetlinkError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "/proc/sys/net/ipv4/conf")
        } catch {
            throw NetlinkError(subject: "settings below net/ipv4/conf", number: ENOENT, detail: "\(error)")
        }
    }
}
