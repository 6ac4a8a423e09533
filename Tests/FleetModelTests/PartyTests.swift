import FleetModel
import Testing

@Suite("Parties")
struct PartyTests {
    @Test("a group is never taken for a tenant of the same name, in memory or in writing")
    func names() throws {
        let (tenant, group) = (Party.tenant(try TenantName("ring")), Party.group(try TrustGroupName("ring")))
        #expect(tenant != group && tenant < group)
        for party in [tenant, group] {
            #expect(try FleetJSON.decode(Party.self, from: try FleetJSON.encode(party)) == party)
        }
        #expect("\(tenant)" == "ring" && "\(group)" == "group:ring")
        // No tenant can call itself as groups are written.
        #expect(throws: ModelError.self) { try TenantName("group:ring") }
        #expect(throws: DecodingError.self) { try FleetJSON.decode(Party.self, from: #""group:""#.utf8) }
    }

    @Test("a reason against a host that was written of a tenant is read as it was meant")
    func olderReasons() throws {
        let reason = try FleetJSON.decode(ExclusionReason.self, from: #"{"neverBeside":{"_0":"rival"}}"#.utf8)
        #expect(reason == .neverBeside(.tenant(try TenantName("rival"))))
        #expect(reason.description == "it carries tenant 'rival', which must not be beside this one")
    }

    @Test("a tenant is a party of its own until it is put into a group; older records are of none")
    func tenants() throws {
        let json = #"{"name":"shop","createdAt":"2026-01-31T12:03:04.123Z"}"#
        var tenant = try FleetJSON.decode(Tenant.self, from: json.utf8)
        let (shop, ring) = (try TenantName("shop"), try TrustGroupName("ring"))
        #expect(tenant.trustGroup == nil && tenant.party == .tenant(shop))
        tenant.trustGroup = ring
        #expect(try FleetJSON.decode(Tenant.self, from: try FleetJSON.encode(tenant)) == tenant)
        #expect(tenant.party == .group(ring))
    }
}
