import FleetAPI
import FleetCore
import FleetModel
import Foundation
import HTTP
import HTTPTypes
import ImageStore
import Logging
import SystemSupport

/// `/v1/images`: the repository of images in the shared storage.
struct ImagesRoutes {
    let fleet: Fleet
    let images: ImageRepository
    /// Where archives are kept while they arrive.
    let uploads: String

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/images") { request in
            try request.checkQuery("cursor", "limit")
            // Where each is follows from the names of files; only what is shown is read.
            let part = ListPart(try request.window(), of: try images.places()) { $0 }
            let list = ListPart(
                items: try part.items.compactMap { try images.image($0.digest) }, next: part.next, total: part.total)
            return try .snapshot(ListView(list), of: fleet.snapshot, for: request)
        }
        router.on(.post, "/v1/images") { request in
            try request.checkQuery("name")
            let image = try await importArchive(from: request)
            try await fleet.request(by: request.actor) { $0.record(.image(image)) }
            return try .answer(.created, image, headerFields: [.location: "/v1/images/\(image.digest)"])
        }
        router.on(.get, "/v1/images/{image}") { request in
            try .snapshot(try find(request), of: fleet.snapshot, for: request)
        }
        router.on(.delete, "/v1/images/{image}") { request in
            let image = try find(request)
            try await fleet.request(by: request.actor) { draft in
                let users = (draft.state.index.containersByImage[image.digest] ?? []).map(\.text)
                guard users.isEmpty else {
                    throw FleetError.conflict(
                        "image \(image.digest) is used by \(users.joined(separator: ", "))")
                }
                try images.remove(image.digest)
            }
            return Response(status: .noContent)
        }
    }

    private func find(_ request: Request) throws -> Image {
        let text = request.parameters["image"] ?? ""
        do {
            return try images.resolve(text)
        } catch {
            throw FleetError.notFound(kind: "image", name: text)
        }
    }

    /// Takes the archive that is the request's body into a file, and the file into the repository.
    private func importArchive(from request: Request) async throws -> Image {
        try FileManager.default.createDirectory(atPath: uploads, withIntermediateDirectories: true)
        let path = uploads + "/" + UUID().uuidString + ".tar"
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else {
            throw Problem(.internalServerError, code: "storage", detail: "cannot write to \(uploads)")
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        for try await chunk in request.body { try file.write(contentsOf: Data(chunk)) }
        try file.close()
        let name = request.query["name"]
        return try await onOwnThread { [images] in try images.importArchive(at: path, name: name, time: .now) }
    }
}
