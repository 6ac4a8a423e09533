import Testing

@testable import HTTP

@Suite("Connection quota")
struct ConnectionQuotaTests {
    private func peer(_ host: String) -> PeerAddress { .ip(host, port: 1) }

    @Test("one address gets no more than its share, is told so for a while, and others are still welcome")
    func perAddress() {
        var quota = ConnectionQuota(limit: 1000, limitPerOrigin: 2)
        #expect(quota.admit(peer("192.0.2.1")) == .welcome)
        #expect(quota.admit(peer("192.0.2.1")) == .welcome)
        for _ in 0..<128 { #expect(quota.admit(peer("192.0.2.1")) == .turnedAway) }
        #expect(quota.admit(peer("192.0.2.1")) == .refused)
        #expect(quota.admit(peer("192.0.2.2")) == .welcome)
        #expect(quota.count == 131)
    }

    @Test("who has closed connections may open as many again")
    func removal() {
        var quota = ConnectionQuota(limit: 1000, limitPerOrigin: 1)
        for _ in 0..<10 {
            #expect(quota.admit(peer("192.0.2.1")) == .welcome)
            #expect(quota.admit(peer("192.0.2.1")) == .turnedAway)
            quota.remove(peer("192.0.2.1"))
            quota.remove(peer("192.0.2.1"))
        }
        #expect(quota.count == 0)
    }

    @Test("an IPv6 network of 64 bits counts as one address")
    func network() {
        var quota = ConnectionQuota(limit: 1000, limitPerOrigin: 1)
        #expect(quota.admit(peer("2001:db8:1:2::1")) == .welcome)
        #expect(quota.admit(peer("2001:db8:1:2:ffff::2")) == .turnedAway)
        #expect(quota.admit(peer("2001:db8:1:3::1")) == .welcome)
    }

    @Test("clients on this machine have no share of their own, only that of all")
    func exempt() {
        let local = [peer("127.0.0.1"), peer("127.3.2.1"), peer("::1"), .local(processID: 1, userID: 0), .unknown]
        var quota = ConnectionQuota(limit: 100, limitPerOrigin: 1)
        for index in 0..<100 { #expect(quota.admit(local[index % local.count]) == .welcome) }
        #expect(quota.admit(local[0]) == .turnedAway)
    }
}
