import FleetModel
import FoundationEssentials
import Testing

@Suite("The vocabulary")
struct VocabularyTests {
    @Test("a timestamp's text leads back to the same millisecond")
    func timestampRoundTrip() throws {
        var samples: [Int64] = [0, 1, -1, 999, 1000, 951_782_400_000, 1_709_164_800_123, 4_102_444_799_999]
        samples += (0..<5000).map { 1_700_000_000_000 + $0 * 7_919_333 }
        for milliseconds in samples {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(try Timestamp(time.description) == time, "\(time)")
            #expect(try FleetJSON.decode(Timestamp.self, from: FleetJSON.encode(time)) == time)
        }
        #expect(Timestamp(milliseconds: 1_769_860_800_007).description == "2026-01-31T12:00:00.007Z")
    }

    @Test("RFC 3339 with an offset, or without a fraction, is understood")
    func timestampForms() throws {
        let noon = Timestamp(milliseconds: 1_769_860_800_000)
        #expect(try Timestamp("2026-01-31T12:00:00Z") == noon)
        #expect(try Timestamp("2026-01-31T13:30:00+01:30") == noon)
        #expect(try Timestamp("2026-01-31T02:15:00-09:45") == noon)
        #expect(try Timestamp("2026-01-31t12:00:00.250z") == noon.advanced(bySeconds: 0.25))
        #expect(try Timestamp("2026-01-31T12:00:00.2Z") == noon.advanced(bySeconds: 0.2))
        #expect(try Timestamp("2026-01-31T12:00:00.2509999Z") == noon.advanced(bySeconds: 0.25))
    }

    @Test(
        "what is not a time is refused",
        arguments: [
            "", "now", "2026-01-31", "1769860800", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-02-29T00:00:00.000Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:00",
            "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00ZZ", "2026-01-31T12:00:00+0130", "2026-01-31 12:00:00Z",
            "2026-1-31T12:00:00Z", "+026-01-31T12:00:00Z",
        ])
    func wrongTimestamps(text: String) {
        #expect(throws: ModelError.invalidTimestamp(text)) { try Timestamp(text) }
    }

    @Test("a time too far away becomes the last or first that can be written")
    func distantTimes() {
        let now = Timestamp(milliseconds: 5)
        #expect(now.advanced(bySeconds: 1e300).description == "9999-12-31T23:59:59.999Z")
        #expect(now.advanced(bySeconds: .infinity).description == "9999-12-31T23:59:59.999Z")
        #expect(now.advanced(bySeconds: -1e300).description == "0000-01-01T00:00:00.000Z")
        #expect(now.advanced(bySeconds: 0.0014) == Timestamp(milliseconds: 6))
        #expect(now.advanced(bySeconds: -1) == Timestamp(milliseconds: -995))
    }

    @Test("the calendar agrees with the system's from its beginning to the year 3600")
    func calendar() throws {
        for days in stride(from: -141_000 as Int64, through: 600_000, by: 61) {
            let time = Timestamp(milliseconds: days * 86_400_000)
            let date = Date(timeIntervalSince1970: Double(days) * 86400)
            #expect(time.description == date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            #expect(try Timestamp(time.description) == time)
        }
    }

    @Test("names are DNS labels", arguments: ["a", "web-1", "0", "x--y"])
    func names(text: String) throws {
        let name = try HostName(text)
        #expect(name.text == text)
        #expect(try FleetJSON.decode(HostName.self, from: FleetJSON.encode(name)) == name)
    }

    @Test(
        "what is no DNS label is refused",
        arguments: ["", "-a", "a-", "A", "a_b", "a.b", "é", "a/b", "..", String(repeating: "a", count: 64)])
    func wrongNames(text: String) {
        #expect(throws: ModelError.invalidName(text)) { try HostName(text) }
        #expect(throws: DecodingError.self) { try FleetJSON.decode(HostName.self, from: Array("\"\(text)\"".utf8)) }
    }

    @Test("names can be the keys of an object")
    func nameKeys() throws {
        let loads = [try HostName("a"): 1, try HostName("b"): 2]
        let bytes = try FleetJSON.encode(loads)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"a":1,"b":2}"#)
        #expect(try FleetJSON.decode([HostName: Int].self, from: bytes) == loads)
    }

    @Test("addresses lead back to themselves", arguments: ["0.0.0.0", "10.88.3.7", "255.255.255.255"])
    func addresses(text: String) throws {
        let address = try IPv4Address(text)
        #expect(address.description == text)
        #expect(IPv4Address(number: address.number) == address)
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1..2.3", "a.b.c.d", "+1.2.3.4", " 1.2.3.4"])
    func wrongAddresses(text: String) {
        #expect(throws: ModelError.invalidAddress(text)) { try IPv4Address(text) }
    }

    @Test("a network holds the addresses from its base on, and no others")
    func networks() throws {
        let network = try IPv4Network("10.88.4.0/22")
        #expect(network.count == 1024)
        #expect(network.address(at: 0) == network.base)
        #expect(network.address(at: 1023)?.description == "10.88.7.255")
        #expect(network.address(at: 1024) == nil)
        #expect(network.address(at: -1) == nil)
        #expect(network.contains(try IPv4Address("10.88.7.255")))
        #expect(!network.contains(try IPv4Address("10.88.8.0")))
        #expect(!network.contains(try IPv4Address("10.88.3.255")))
        #expect(try IPv4Network("0.0.0.0/0").count == 1 << 32)
        #expect(try IPv4Network("10.0.0.1/32").count == 1)
    }

    @Test(
        "what is no network is refused",
        arguments: ["", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8"])
    func wrongNetworks(text: String) {
        #expect(throws: ModelError.invalidNetwork(text)) { try IPv4Network(text) }
    }

    @Test("a digest is sha256 and 64 lower-case hexadecimal digits")
    func digests() throws {
        let text = "sha256:" + String(repeating: "0f", count: 32)
        #expect(try ImageDigest(text).description == text)
        for wrong in [
            "", "sha256:", String(text.dropLast()), text + "0", text.uppercased(), "sha512:" + text.dropFirst(7),
        ] {
            #expect(throws: ModelError.invalidDigest(wrong)) { try ImageDigest(wrong) }
        }
    }
}
