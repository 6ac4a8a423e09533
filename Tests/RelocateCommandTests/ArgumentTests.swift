import FleetModel
import Testing

@testable import relocate

@Suite("What people write on the command line")
struct ArgumentTests {
    private static let sizes: [(String, Int)] = [
        ("1048576", 1_048_576), ("0", 0), ("12B", 12), ("256MiB", 268_435_456), ("256mib", 268_435_456),
        ("1G", 1_073_741_824), ("1.5GiB", 1_610_612_736), ("500MB", 500_000_000), ("64 KiB", 65_536),
        ("2T", 2_199_023_255_552),
    ]

    @Test(
        "a size is read with its unit",
        arguments: sizes)
    func size(text: String, bytes: Int) throws {
        #expect(try ByteSize(text).bytes == bytes)
    }

    @Test(
        "what is no size is refused",
        arguments: ["", "MiB", "-1", "1X", "1MiBs", "1.2.3M", "1e3", "999999999T", "１M", "nan", "0x10"])
    func noSize(text: String) {
        #expect(throws: ClientError.self) { try ByteSize(text) }
    }

    @Test("every size that is written in bytes is read again")
    func sizesRoundTrip() throws {
        for shift in 0..<50 { #expect(try ByteSize(String(1 << shift)).bytes == 1 << shift) }
    }

    @Test("a port stands for itself, or for another one of the container")
    func ports() throws {
        #expect(try PortMapping(argument: "6379") == PortMapping(port: 6379, containerPort: 6379))
        #expect(try PortMapping(argument: "80:8080") == PortMapping(port: 80, containerPort: 8080))
        #expect(PortMapping(port: 80, containerPort: 8080).words == "80:8080")
        #expect(try PortMapping(argument: "80:8080/tcp") == PortMapping(port: 80, containerPort: 8080))
        let refusal = #expect(throws: ClientError.self) { try PortMapping(argument: "9000/udp") }
        #expect(refusal.map { "\($0)" }?.contains("TCP only") == true)
    }

    @Test(
        "what is no port is refused",
        arguments: ["", ":", "0", "80:", ":80", "80:0", "65536", "80:81:82", "-1", "http"])
    func noPort(text: String) {
        #expect(throws: ClientError.self) { try PortMapping(argument: text) }
    }

    @Test("a variable's value is all that follows the first equals sign")
    func variables() throws {
        let variable = try EnvironmentVariable("URL=http://a?b=c")
        #expect(variable.name == "URL")
        #expect(variable.value == "http://a?b=c")
        #expect(try EnvironmentVariable("EMPTY=").value.isEmpty)
    }

    @Test("what is no variable is refused", arguments: ["", "NAME", "=value"])
    func noVariable(text: String) {
        #expect(throws: ClientError.self) { try EnvironmentVariable(text) }
    }

    @Test("a variable that is given twice is refused")
    func twice() throws {
        let variables = try ["A=1", "B=2", "A=3"].map { try EnvironmentVariable($0) }
        #expect(throws: ClientError.self) { try EnvironmentVariable.dictionary(variables) }
    }

    @Test("a time is an instant or how long ago it was")
    func times() throws {
        let now = try Timestamp("2026-01-31T12:00:00.000Z")
        #expect(try PointInTime("15m").resolved(at: now) == Timestamp("2026-01-31T11:45:00.000Z"))
        #expect(try PointInTime("1.5h").resolved(at: now) == Timestamp("2026-01-31T10:30:00.000Z"))
        #expect(try PointInTime("7d").resolved(at: now) == Timestamp("2026-01-24T12:00:00.000Z"))
        #expect(try PointInTime("2026-01-01T00:00:00Z").resolved(at: now) == Timestamp("2026-01-01T00:00:00.000Z"))
    }

    @Test("what is no time is refused", arguments: ["", "m", "-5m", "15", "yesterday", "15 min", "infd", "nans"])
    func noTime(text: String) {
        #expect(throws: ClientError.self) { try PointInTime(text) }
    }

    @Test("a span of time is read with its unit, and nothing else is one")
    func spans() throws {
        #expect(try TimeSpan("90s").seconds == 90)
        #expect(try TimeSpan("1.5h").seconds == 5400)
        for text in ["", "s", "30", "-1m", "1w", "1m30s"] {
            #expect(throws: ClientError.self) { try TimeSpan(text) }
        }
    }

    @Test("three weights are read, and those that do not add up to 1 are told what would")
    func weights() throws {
        #expect(
            try HeterogeneityWeights(argument: "0.2, 0.3,0.5")
                == HeterogeneityWeights(configuration: 0.2, network: 0.3, services: 0.5))
        #expect {
            try HeterogeneityWeights(argument: "5,2,3")
        } throws: { error in
            "\(error)" == "the weights must add up to 1, add up to 10; the same in proportion is 0.5,0.2,0.3"
        }
        for text in ["", "1", "0.5,0.5", "a,b,c", "0.5,0.2,0.3,0", "-1,1,1", "nan,0,1"] {
            #expect(throws: (any Error).self) { try HeterogeneityWeights(argument: text) }
        }
    }

    @Test("a term of the score is set by its name")
    func terms() throws {
        var weights = TermWeights()
        try TermWeight("knowledge=2.5").apply(to: &weights)
        try TermWeight("cost=0").apply(to: &weights)
        #expect(weights == TermWeights(knowledge: 2.5, cost: 0))
        for text in ["", "knowledge", "knowledge=", "speed=1", "load=11", "load=-1", "load=nan"] {
            #expect(throws: ClientError.self) { try TermWeight(text) }
        }
    }

    @Test("a setting is a number, or the word for none")
    func settings() throws {
        #expect(try Setting("5", orWord: "none").value == 5)
        #expect(try Setting("none", orWord: "none") == .cleared)
        #expect(Setting?.none.applied(to: 7) == 7)
        #expect(Setting?.some(.cleared).applied(to: 7) == nil)
        for text in ["", "auto", "five", "inf"] {
            #expect(throws: ClientError.self) { try Setting(text, orWord: "none") }
        }
    }

    @Test("labels are set and taken away, and none is taken away that is not there")
    func labels() throws {
        var labels = ["rack": "a3", "zone": "east"]
        for text in ["rack=b1", "zone-", "empty=", "url=a=b"] { try LabelChange(text).apply(to: &labels) }
        #expect(labels == ["rack": "b1", "empty": "", "url": "a=b"])
        #expect {
            try LabelChange("zone-").apply(to: &labels)
        } throws: { error in
            "\(error)" == "there is no label 'zone'; there are empty, rack, url"
        }
        for text in ["", "-", "=", "=a", "rack"] {
            #expect(throws: ClientError.self) { try LabelChange(text) }
        }
    }

    @Test(
        "a server's address is read and written alike",
        arguments: [
            "http://127.0.0.1:8080", "http://[::1]:8080", "http://control.example:80", "https://control.example:8443",
            "unix:/run/relocate.sock",
        ])
    func addresses(text: String) throws {
        #expect(try ServerAddress(text).description == text)
    }

    @Test("a server without a port has port 80 or 443, and a slash at the end means nothing")
    func defaultPort() throws {
        #expect(try ServerAddress("http://control.example/") == .tcp(host: "control.example", port: 80))
        #expect(
            try ServerAddress("https://control.example") == .tcp(host: "control.example", port: 443, isSecured: true))
        #expect(try ServerAddress("http://[::1]") == .tcp(host: "::1", port: 80))
    }

    @Test(
        "what is no address of a server is refused",
        arguments: [
            "", "127.0.0.1:8080", "https://", "ftp://a:1", "http://", "http://:80", "http://a:0", "http://a:70000",
            "http://a:b",
            "http://::1:80", "http://a:80/path", "http://user@a:80", "unix:relative", "http://a b:80",
        ])
    func noAddress(text: String) {
        #expect(throws: ClientError.self) { try ServerAddress(text) }
    }

    @Test("a user's name goes into the record when the record can hold it")
    func actors() {
        #expect(Session.fitActor("alice") == "alice")
        #expect(Session.fitActor(nil) == nil)
        #expect(Session.fitActor("") == nil)
        #expect(Session.fitActor("two words") == nil)
        #expect(Session.fitActor("zoë") == nil)
        #expect(Session.fitActor("a\r\nEvil: 1") == nil)
        #expect(Session.fitActor(String(repeating: "a", count: 65)) == nil)
    }

    @Test("a path encodes what would mean something else in it")
    func paths() {
        #expect(APIPath("containers", "a").description == "/v1/containers/a")
        #expect(APIPath("images", "shop/web:3").description == "/v1/images/shop%2Fweb%3A3")
        let path = APIPath("actions").with("subject", "a&b=c").with("actor", String?.none).with("limit", 5)
        #expect(path.description == "/v1/actions?subject=a%26b%3Dc&limit=5")
    }
}
