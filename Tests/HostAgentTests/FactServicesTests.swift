import FleetModel
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Facts: the services")
struct FactServicesTests {
    @Test("sockets that listen for others are found, and no others")
    func sockets() {
        let range: ClosedRange<UInt16> = 32768...60999
        #expect(
            ListeningSockets.parse(FactSamples.tcp, transport: "tcp", ephemeral: range) == [
                ListeningSocket(transport: "tcp", port: 2024, inode: 1603),
                ListeningSocket(transport: "tcp", port: 22, inode: 17042),
            ])
        #expect(
            ListeningSockets.parse(FactSamples.tcp6, transport: "tcp", ephemeral: range) == [
                ListeningSocket(transport: "tcp", port: 80, inode: 18001)
            ])
        #expect(
            ListeningSockets.parse(FactSamples.udp, transport: "udp", ephemeral: range) == [
                ListeningSocket(transport: "udp", port: 68, inode: 15111)
            ])
        #expect(ListeningSockets.portRange("32768\t60999\n") == range)
        #expect(ListeningSockets.portRange("60999 32768") == nil)
        #expect(ListeningSockets.portRange("") == nil)
    }

    @Test("damaged lists of sockets are survived")
    func damage() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var text = Array([FactSamples.tcp, FactSamples.tcp6, FactSamples.udp].randomElement(using: &random) ?? "")
            for _ in 0..<8 {
                text[Int.random(in: text.indices, using: &random)] = " :0AFxg\n".randomElement(using: &random) ?? " "
            }
            for transport in ["tcp", "udp"] {
                let found = ListeningSockets.parse(String(text), transport: transport, ephemeral: 32768...60999)
                #expect(found.allSatisfy { $0.transport == transport && $0.inode != 0 })
            }
        }
    }

    @Test("the status of a process is read past any name")
    func status() throws {
        let line = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 200"
        func read(_ line: String) -> ProcessStatus? { ProcessStatus(Array(line.utf8)) }
        let status = try #require(read(line))
        #expect(status.parent == 1 && !status.hasTerminal && status.startTicks == 123456 && !status.hasEnded)
        #expect(read(line.replacing(" 0 -1 ", with: " 34816 -1 "))?.hasTerminal == true)
        let ended = line.replacing(") S ", with: ") Z ")
        #expect(read(ended)?.hasEnded == true)
        #expect(read(ended.replacing(" 20 0 1 0 ", with: " 20 0 3 0 "))?.hasEnded == false, "its other threads go on")
        let whole =
            "4711 (a) Z 1 4711 4711 0 -1 12 0 0 0 0 0 0 0 0 20 0 1 0 123456 0 0 9 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 32512\n"
        #expect(read(whole)?.waitStatus == 127 << 8)
        #expect(read(whole.replacing(") Z ", with: ") S "))?.waitStatus == nil)
        #expect(read("4711 (cut) S 1") == nil)
        #expect(read("") == nil)
    }

    @Test("programs are named by their files")
    func names() {
        func name(_ path: String?) -> String? {
            HostProcess(
                processID: 2, status: ProcessStatus(parent: 1, hasTerminal: false, startTicks: 0), executable: path,
                identity: nil, sockets: []
            ).programName
        }
        #expect(name("/usr/sbin/nginx") == "nginx")
        #expect(name("/usr/sbin/nginx (deleted)") == "nginx")
        #expect(name("/memfd:sealed (deleted)") == nil)
        #expect(name(nil) == nil)
    }

    @Test("daemons are children of init without a terminal that have lasted")
    func daemons() {
        func process(
            _ path: String?, parent: Int32 = 1, hasTerminal: Bool = false, startTicks: UInt64 = 100
        ) -> HostProcess {
            HostProcess(
                processID: .max,
                status: ProcessStatus(parent: parent, hasTerminal: hasTerminal, startTicks: startTicks),
                executable: path, identity: nil, sockets: [])
        }
        let services = HostServices(files: FactFiles(), namespace: nil, daemonAge: .seconds(60))
        let processes = [
            process("/usr/sbin/sshd"), process("/usr/sbin/cron"), process("/usr/sbin/sshd"),
            process("/usr/bin/bash", parent: 77), process("/sbin/agetty", hasTerminal: true),
            process("/usr/bin/apt-get", startTicks: 999_000), process("/memfd:x (deleted)"), process(nil),
        ]
        let sighting = HostServices.Sighting(sockets: [], processes: processes, now: 1_000_000)
        #expect(services.daemons(sighting) == .list(["cron", "sshd"]))
        let young = HostServices.Sighting(sockets: [], processes: processes, now: 200)
        #expect(services.daemons(young) == .list([]))
    }

    @Test("a program's package is looked up once, and again when the program was replaced")
    func cache() async throws {
        try await TemporaryDirectory.with { root in
            let program = "\(root)/program"
            try FileBytes.replace(program, with: [1])
            let first = PackageDatabase.Program(
                path: "/usr/bin/busybox", identity: try #require(FileIdentity(program)))
            try makeDirectories(parent(of: root + AlpineDatabase.path))
            try FileBytes.replace(root + AlpineDatabase.path, with: Array(FactSamples.apk.utf8))
            var database = PackageDatabase(files: FactFiles(root: root))
            let package = InstalledPackage(name: "busybox", version: "1.36.1-r15")
            #expect(await database.packages(of: [first]) == [first: package])

            let upgraded = FactSamples.apk.replacing("1.36.1", with: "1.36.2")
            try FileBytes.replace(root + AlpineDatabase.path, with: Array(upgraded.utf8))
            #expect(await database.packages(of: [first]) == [first: package])

            try FileBytes.replace(program, with: [2])
            let second = PackageDatabase.Program(
                path: "/usr/bin/busybox", identity: try #require(FileIdentity(program)))
            #expect(
                await database.packages(of: [second])
                    == [second: InstalledPackage(name: "busybox", version: "1.36.2-r15")])
        }
    }

    @Test("Debian's packages are found, with diversions and several architectures")
    func debian() {
        let owners = DebianDatabase.owners(
            """
            diversion by dash from: /bin/sh
            diversion by dash to: /bin/sh.distrib
            dash: /bin/sh
            busybox-static: /bin/busybox
            libc6:amd64, libc6:i386: /usr/share/doc/libc6
            """)
        #expect(
            owners == ["/bin/sh": "dash", "/bin/busybox": "busybox-static", "/usr/share/doc/libc6": "libc6"])
        #expect(
            DebianDatabase.versions("busybox-static 1:1.35.0-4+b1\ndash 0.5.12-2\nremoved \n")
                == ["busybox-static": "1:1.35.0-4+b1", "dash": "0.5.12-2"])
    }

    @Test("Alpine's and Fedora's packages are found")
    func others() {
        let database = AlpineDatabase(FactSamples.apk)
        #expect(
            database.packages(of: ["/bin/sh", "/usr/bin/sh", "/bin/busybox", "/etc/securetty", "/bin/none"]) == [
                "/bin/sh": InstalledPackage(name: "busybox-binsh", version: "1.36.1-r15"),
                "/bin/busybox": InstalledPackage(name: "busybox", version: "1.36.1-r15"),
                "/etc/securetty": InstalledPackage(name: "busybox", version: "1.36.1-r15"),
            ])
        #expect(database.version(of: "nothing") == nil)
        #expect(
            RPMDatabase.package("busybox 1:1.36.1-8.fc41\n")
                == InstalledPackage(name: "busybox", version: "1:1.36.1-8.fc41"))
        #expect(RPMDatabase.package("file /usr/local/bin/x is not owned by any package\n") == nil)
        #expect(RPMDatabase.package("") == nil)
    }

    @Test("a file may be known with and without /usr")
    func spellings() {
        #expect(PackageDatabase.spellings(of: "/usr/bin/busybox") == ["/usr/bin/busybox", "/bin/busybox"])
        #expect(PackageDatabase.spellings(of: "/sbin/init") == ["/sbin/init", "/usr/sbin/init"])
        #expect(PackageDatabase.spellings(of: "/usr/local/bin/x") == ["/usr/local/bin/x"])
    }
}
