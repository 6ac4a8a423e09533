import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate images`
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "List, import and remove images.",
        subcommands: [ImagesList.self, ImagesImport.self, ImagesRemove.self], defaultSubcommand: ImagesList.self)
}

/// `relocate images list`
struct ImagesList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the images.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("images"), .all), of: Image.self,
            ifEmpty: "there are no images; import one with 'relocate images import FILE.tar'",
            [.words("Image"), .words("Digest"), .numbers("Size"), .numbers("Imported"), .words("Command")]
        ) { image in
            [
                Table.Cell(image.names.joined(separator: ", ")), Table.Cell("sha256:" + image.digest.hex.prefix(12)),
                Table.Cell(Units.bytes(image.bytes)), Table.Cell("\(session.age(image.importedAt)) ago"),
                Table.Cell(image.defaults.command.joined(separator: " ")),
            ]
        }
    }
}

/// `relocate images remove NAME`
struct ImagesRemove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an image that no container uses.")

    @Argument(help: "The image's name or digest.")
    var image: String

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        // Names may contain slashes, which paths cannot: the digest always fits.
        let list = try await session.api.list(APIPath("images"), .all).decode(ListView<Image>.self).items
        guard let found = list.first(where: { $0.names.contains(image) || $0.digest.description == image }) else {
            throw ClientError.failed("there is no image '\(image)'; see 'relocate images'")
        }
        let answer = try await session.api.delete(APIPath("images", found.digest.description))
        try session.confirm(answer, "image \(image) is removed")
    }
}
