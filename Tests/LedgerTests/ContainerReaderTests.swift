import FleetModel
import RelocateTesting
import Testing

@testable import Ledger

@Suite("Reading containers part by part")
struct ContainerReaderTests {
    /// Texts that must not be taken for structure.
    private static let texts = [
        "plain", "", "a \"quoted\" one", "{\"state\":{}}", "a\\b", "[1,2", "}", "é / ☃", "line\nbreak", ",", ":",
    ]

    /// A container in which whatever may be missing is there or not, as it comes.
    private func container(_ number: Int, using generator: inout SeededGenerator) throws -> Container {
        func maybe<Value>(_ value: @autoclosure () throws -> Value) rethrows -> Value? {
            Bool.random(using: &generator) ? try value() : nil
        }
        func text() -> String { Self.texts.randomElement(using: &generator) ?? "" }
        func time() -> Timestamp {
            epoch.advanced(bySeconds: Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / 1000)
        }
        func address() -> IPv4Address { IPv4Address(number: .random(in: .min ... .max, using: &generator)) }
        let states: [ContainerState] = [
            .running, .relocating(RelocationID(Int64(number + 1))), .stopped(reason: text()), .lost(try HostName("h1")),
        ]
        let mobilities: [Mobility] = [.unknown, .movable, .immovable(reason: text(), log: text())]
        var container = Container(
            spec: ContainerSpec(
                name: try ContainerName("c\(number)"), tenant: try TenantName("t\(number % 7)"), image: text(),
                digest: try ImageDigest("sha256:" + String(repeating: "\(number % 10)", count: 64)),
                command: [text(), text()], environment: ["A": text(), "B": text()],
                ports: [PortMapping(port: 80, containerPort: .random(in: .min ... .max, using: &generator))],
                limits: ResourceLimits(memoryBytes: 64 << 20, cpus: 0.5, processes: number),
                capabilities: maybe([.netRaw, .auditWrite]),
                runtime: RuntimeKind.allCases[number % RuntimeKind.allCases.count],
                engineBody: maybe(.object(["Env": .array([.string(text()), .null, .bool(true), .number(1.5)])]))),
            state: states[number % states.count], host: try maybe(HostName("h\(number % 5)")),
            virtualAddress: maybe(address()), address: maybe(address()), retainedAddresses: maybe([address()]) ?? [],
            mobility: mobilities[number % mobilities.count], createdAt: time(), arrivedAt: maybe(time()),
            deadlineAt: maybe(time()), policy: try maybe(PolicyName("p\(number % 3)")),
            pin: maybe(Pin(reason: text(), until: time(), setBy: text())), isPaused: maybe(true) ?? false,
            onHostLoss: maybe(.restart) ?? .stay, restart: maybe(.always) ?? .never,
            restarts: Restarts(count: number % 4, startedAt: maybe(time()), nextAt: maybe(time())))
        container.adopting = maybe(text())
        return container
    }

    @Test("gives what the decoder of JSON gives, of whatever was written, and needs it for none", arguments: 1...4)
    func same(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var reader = ContainerReader()
        for number in 0..<500 {
            let container = try container(number, using: &generator)
            let text = try JSONText.write(container)
            #expect(try reader.takeApart(Array(text.utf8)[...]) == container, "\(text)")
            #expect(try reader.read(text) == JSONText.read(Container.self, text))
        }
    }

    @Test("what is written in another way, by other versions or by hand, is read all the same")
    func others() throws {
        let container = try Some.container("web", tenant: "shop", host: "a")
        let text = try JSONText.write(container)
        var reader = ContainerReader()
        for other in [
            " " + text, text.replacing("\":", with: "\" : "), text.replacing(",\"", with: ",\n\""), text + "\n",
            text.replacing("\"state\"", with: "\"later\":{\"field\":[1,2]},\"state\""),
            text.replacing("\"web\"", with: "\"\\u0077eb\""),
            text.replacing("\"isPaused\":false,", with: ""), text.replacing("\"isPaused\":false", with: "\"pin\":null"),
        ] {
            #expect(try reader.read(other) == container, "\(other)")
        }
    }

    @Test("what is wrong is said in the decoder's words")
    func wrong() throws {
        let text = try JSONText.write(try Some.container("web", tenant: "shop", host: "a"))
        var reader = ContainerReader()
        for wrong in [
            "", "{", "null", "[]", "\"web\"", String(text.dropLast()), text + "}",
            text.replacing("\"web\"", with: "\"Not A Name\""), text.replacing("\"createdAt\"", with: "\"madeAt\""),
        ] {
            let expected = #expect(throws: DecodingError.self) { try JSONText.read(Container.self, wrong) }
            let error = #expect(throws: DecodingError.self) { try reader.read(wrong) }
            #expect(String(describing: error) == String(describing: expected), "\(wrong)")
        }
    }
}

@Suite("The members of a JSON object")
struct JSONMembersTests {
    private func members(_ text: String) -> [[String]]? {
        var members = JSONMembers(Array(text.utf8)[...])
        var found: [[String]] = []
        while let (key, value) = members.next() {
            found.append([String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self)])
        }
        return members.isWhole ? found : nil
    }

    @Test("are found whatever their values hold")
    func found() {
        #expect(members("{}") == [])
        #expect(members(#"{"a":1}"#) == [["a", "1"]])
        #expect(
            members(#"{"a":"},\"","b":[{"c":"]"},[2,3]],"d":{"e":{}},"f":null,"":-1.5e3}"#)
                == [
                    ["a", #""},\"""#], ["b", #"[{"c":"]"},[2,3]]"#], ["d", #"{"e":{}}"#], ["f", "null"],
                    ["", "-1.5e3"],
                ])
    }

    @Test(
        "are of nothing else",
        arguments: [
            "", "{", "}", "[]", "1", #""a""#, #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, #"{"a":1}}"#,
            #"{"a":1} "#, #"{ "a":1}"#, #"{a:1}"#, #"{"a":"1}"#, #"{"a":[1}"#, #"{"a":1;"b":2}"#, #"{"\u0061":1}"#,
            #"{"a":"\"#,
        ])
    func nothingElse(text: String) { #expect(members(text) == nil) }
}
