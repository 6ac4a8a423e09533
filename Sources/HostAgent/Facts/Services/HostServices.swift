import FleetModel
import Glibc

/// What the host offers to others, and what runs on it for its own sake.
///
/// Only processes in the host's own network namespace count, so that containers do not: they come and go. The agent
/// itself does not count either, it is on every host.
struct HostServices: Sendable {
    let files: FactFiles
    /// The host's own namespace; `nil` for that of the process.
    let namespace: NetworkNamespace?
    /// How old a process must be to be a daemon. Jobs of timers are soon gone.
    let daemonAge: Duration

    /// What is seen at one moment.
    struct Sighting: Sendable {
        var sockets: [ListeningSocket]
        var processes: [HostProcess]
        /// The machine's time since its start, in clock ticks.
        var now: UInt64
    }

    /// Looks around; `nil` when the kernel's lists cannot be read.
    func look() async -> Sighting? {
        let sighting = try? await withNetworkNamespace(namespace) { () throws(NetlinkError) -> Sighting? in
            let files = FactFiles()
            var information = stat()
            guard stat("/proc/thread-self/ns/net", &information) == 0,
                let range = files.text("/proc/sys/net/ipv4/ip_local_port_range").flatMap(ListeningSockets.portRange)
            else { return nil }
            var sockets: [ListeningSocket] = []
            for transport in ["tcp", "udp"] {
                guard let text = files.text("/proc/thread-self/net/\(transport)") else { return nil }
                // Without IPv6 there is no second list.
                let texts = [text, files.text("/proc/thread-self/net/\(transport)6") ?? ""]
                sockets += texts.flatMap { ListeningSockets.parse($0, transport: transport, ephemeral: range) }
            }
            var time = timespec()
            clock_gettime(CLOCK_BOOTTIME, &time)
            let ticks = UInt64(sysconf(Int32(_SC_CLK_TCK)))
            return Sighting(
                sockets: sockets, processes: HostProcess.all(inNamespace: UInt64(information.st_ino)),
                now: UInt64(time.tv_sec) * ticks + UInt64(time.tv_nsec) * ticks / 1_000_000_000)
        }
        return sighting ?? nil
    }

    /// `transport/product` with the product's version; `nil` when this process may not see whose sockets they are.
    ///
    /// The product is the package of the program, or the program's name with no version where it belongs to none. The
    /// kernel's own sockets, such as those of its NFS server, belong to no process and are left out.
    func listening(_ sighting: Sighting, packages: inout PackageDatabase) async -> AttributeValue? {
        var owners: [(socket: ListeningSocket, process: HostProcess)] = []
        for socket in sighting.sockets {
            let holders = sighting.processes.filter { $0.sockets.contains(socket.inode) }
            // What init holds for a service is the service's as soon as that runs.
            if let process = holders.first(where: { $0.processID != 1 }) ?? holders.first {
                owners.append((socket, process))
            } else if geteuid() != 0 {
                return nil
            }
        }
        let programs = Set(owners.compactMap { program(of: $0.process) })
        let found = await packages.packages(of: programs)
        var table: [String: String] = [:]
        for (socket, process) in owners {
            let package = program(of: process).flatMap { found[$0] }
            guard let product = package?.name ?? process.programName else { continue }
            let key = "\(socket.transport)/\(product)"
            table[key] = max(table[key] ?? "", package?.version ?? "")
        }
        return .table(table)
    }

    /// The names of the programs that run as daemons; `nil` when this process may not see them.
    ///
    /// A daemon is a process without a terminal whose parent is the first process of the machine, and which is not
    /// younger than `daemonAge`: what a service manager has started and what has put itself into the background.
    func daemons(_ sighting: Sighting) -> AttributeValue? {
        let age = UInt64(daemonAge.components.seconds) * UInt64(sysconf(Int32(_SC_CLK_TCK)))
        var names: Set<String> = []
        for process in sighting.processes where process.status.parent == 1 && !process.status.hasTerminal {
            guard process.status.startTicks + age <= sighting.now else { continue }
            guard process.executable != nil else {
                // It may have ended meanwhile.
                if kill(process.processID, 0) != 0, errno == ESRCH { continue }
                return nil
            }
            if let name = process.programName { names.insert(name) }
        }
        return .list(names.sorted())
    }

    private func program(of process: HostProcess) -> PackageDatabase.Program? {
        guard let path = process.installedPath(files), let identity = process.identity else { return nil }
        return PackageDatabase.Program(path: path, identity: identity)
    }
}
