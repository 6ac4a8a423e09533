import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("Who is to share an image's files")
struct ImageSharingTests {
    @Test("a start takes what the policy says then; a later change holds from the next start on")
    func policy() throws {
        var fleet = try SmallFleet()
        func start(_ name: ContainerName) throws -> ImageSharing {
            let network = fleet.network
            return try fleet.change { draft in
                var container = try draft.container(name)
                try draft.place(&container, on: nil, in: network)
                return try draft.container(name).spec.imageSharing
            }
        }
        let shop = try fleet.add("shop")
        #expect(try start(shop) == .tenant, "the default")
        for sharing in ImageSharing.allCases {
            let before = try fleet.container(shop).spec.imageSharing
            try fleet.change { _ = try $0.set(Policy(images: ImageRules(sharing: sharing)), as: .default, by: "ann") }
            #expect(try fleet.container(shop).spec.imageSharing == before, "it runs on with what it has")
            #expect(try start(shop) == sharing)
        }
    }

    @Test("a Docker daemon's image is shared by all, whatever the policy says, and that is what is shown")
    func docker() throws {
        var fleet = try SmallFleet()
        try fleet.set(1) { $0.facts.runtimes = [.docker] }
        let shop = try fleet.add("shop", on: nil) {
            $0.spec.runtime = .docker
            $0.spec.imageSharing = .none
        }
        let network = fleet.network
        try fleet.change { draft in
            var container = try draft.container(shop)
            try draft.place(&container, on: nil, in: network)
        }
        #expect(try fleet.container(shop).spec.imageSharing == .fleet)
    }

    @Test("a specification from before this shares with the fleet, as it was started")
    func older() throws {
        let spec = try SmallFleet().exampleSpec
        var json = try JSONValue(encoding: spec)
        guard case .object(var fields) = json else { throw CancellationError() }
        fields["imageSharing"] = nil
        json = .object(fields)
        #expect(try FleetJSON.decode(ContainerSpec.self, from: try FleetJSON.encode(json)).imageSharing == .fleet)
    }
}

extension SmallFleet {
    /// What a container may be.
    fileprivate var exampleSpec: ContainerSpec {
        get throws {
            ContainerSpec(
                name: try ContainerName("shop"), tenant: try TenantName("acme"), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .runc,
                imageSharing: .none)
        }
    }
}
