import FleetModel
import Glibc
import ImageStore
import RelocateTesting
import Testing

@testable import HostAgent

@Suite(
    "Who shares an image's files", .serialized,
    .enabled(if: RuncFixture.obstacle == nil, Comment(rawValue: RuncFixture.obstacle ?? "")))
struct RuncSharingTests {
    @Test("containers of two tenants read a file of their image under different numbers, unless the fleet shares it")
    func tenants() async throws {
        try await RuncFixture.with { fixture in
            var numbers: [ImageSharing: [UInt64]] = [:]
            for sharing in ImageSharing.allCases {
                for (tenant, name) in [("acme", "one"), ("acme", "two"), ("bravo", "three")] {
                    let stay = try await fixture.start("\(sharing.rawValue)-\(name)", of: tenant, sharing)
                    numbers[sharing, default: []].append(try fixture.number(of: "bin/busybox", in: stay, on: "host1"))
                }
            }
            let (fleet, tenant, none) = (numbers[.fleet] ?? [], numbers[.tenant] ?? [], numbers[.none] ?? [])
            #expect(Set(fleet).count == 1 && fleet.count == 3)
            #expect(tenant.count == 3 && tenant[0] == tenant[1] && tenant[0] != tenant[2])
            #expect(Set(none).count == 3 && none.count == 3)
            #expect(Set(fleet + tenant + none).count == 6)
        }
    }

    @Test("a copy is there before the container stands still, and is the same wherever the container goes")
    func move() async throws {
        try await RuncFixture.with { fixture in
            var spec = try fixture.spec("mover", ["/bin/sh", "-c", "echo ready; sleep 1000"])
            spec.imageSharing = .none
            let next = Stay(container: spec.name, arrival: RelocationID(9))
            try await fixture.destination.prepare(spec, stay: next, namespace: fixture.network.namespaces[1])
            let copies = try fixture.images.repository.copies()
            #expect(copies.map(\.owner) == [.container(spec.name)])
            try await fixture.destination.stop(next, gracePeriod: .zero)

            let stay = try await fixture.start(spec)
            try await fixture.awaitOutput("ready", of: spec)
            let before = try fixture.number(of: "bin/busybox", in: stay, on: "host1")
            let arrived = try await fixture.move(
                spec, stay, as: 1, from: fixture.source, to: fixture.destination, namespace: 1
            ).stay
            #expect(try fixture.number(of: "bin/busybox", in: arrived, on: "host2") == before)
        }
    }
}

extension RuncFixture {
    fileprivate func start(_ name: String, of tenant: String, _ sharing: ImageSharing) async throws -> Stay {
        var spec = try spec(name, ["/bin/sh", "-c", "echo ready; sleep 1000"])
        spec.tenant = try TenantName(tenant)
        spec.imageSharing = sharing
        return try await start(spec)
    }

    /// The number of a file of the image, by which the kernel keeps its pages: image and layer lie on one file system here, and the
    /// overlay shows it as it is then.
    fileprivate func number(of file: String, in stay: Stay, on host: String) throws -> UInt64 {
        var status = stat()
        try #require(lstat("\(directory)/\(host)-roots/\(stay)/root/\(file)", &status) == 0)
        return UInt64(status.st_ino)
    }
}
