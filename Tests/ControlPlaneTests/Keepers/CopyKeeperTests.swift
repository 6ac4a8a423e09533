import FleetModel
import Foundation
import ImageStore
import Testing

@testable import ControlPlane

@Suite("Copies of images in the control plane")
struct CopyKeeperTests {
    @Test("a copy stays as long as a container of its owner was started with it, and goes afterwards")
    func sweep() async throws {
        try await Desk.with(hosts: 1) { desk in
            for (name, tenant, sharing) in [
                ("one", "acme", ImageSharing.tenant), ("two", "acme", .none), ("three", "bravo", .fleet),
            ] {
                try await desk.add(name, of: tenant) { $0.spec.imageSharing = sharing }
            }
            let digest = try desk.container("one").spec.digest
            let root = "\(desk.images.root)/sha256/\(digest.hex)"
            try FileManager.default.createDirectory(atPath: root + "/rootfs", withIntermediateDirectories: true)
            let image = Image(digest: digest, names: [], bytes: 0, importedAt: .now, defaults: ImageDefaults())
            try Data(FleetJSON.encode(image)).write(to: URL(filePath: root + "/image.json"))
            for (name, tenant) in [("one", "acme"), ("three", "bravo")] {
                for sharing in ImageSharing.allCases {
                    _ = try desk.images.rootFileSystem(
                        for: ContainerSpec(
                            name: try ContainerName(name), tenant: try TenantName(tenant), image: "x", digest: digest,
                            runtime: .runc, imageSharing: sharing))
                }
            }
            _ = try desk.images.rootFileSystem(for: try desk.container("two").spec)
            let keeper = CopyKeeper(fleet: desk.fleet, images: desk.images, logger: desk.logger)
            try await keeper.sweep()
            let owners = try Set(desk.images.copies().map(\.owner))
            #expect(owners == [.tenant(try TenantName("acme")), .container(try ContainerName("two"))])
            #expect(try await keeper.sweep() == [])
            try await desk.change { draft in
                for name in ["one", "two"] { draft.record(.containerRemoved(try ContainerName(name))) }
            }
            #expect(try await keeper.sweep().count == 2)
            #expect(try desk.images.copies().isEmpty)
            #expect(FileManager.default.fileExists(atPath: root + "/rootfs"), "the image itself stays")
        }
    }
}
