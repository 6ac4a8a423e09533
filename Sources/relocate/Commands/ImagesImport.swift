import ArgumentParser
import FleetModel

/// `relocate images import FILE`
struct ImagesImport: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import an image from an archive, such as 'docker save' writes.")

    @Argument(help: ArgumentHelp("The archive.", valueName: "file.tar"), completion: .file(extensions: ["tar"]))
    var file: String

    @Option(help: "The name that the image is to go by, in place of those in the archive.")
    var name: String?

    @OptionGroup var options: ClientOptions

    func validate() throws { _ = try validated { try Upload(path: file) } }

    func run(_ session: Session) async throws {
        let complaints = session.complaints
        let line = complaints.isTerminal ? ProgressLine(complaints) : nil
        let total = try Upload(path: file).count
        let upload = try Upload(path: file) { sent in line?.show(sent: sent, of: total) }
        // Unpacking a large image takes a while after its last byte is sent.
        let limit = Duration.seconds(session.timeoutSeconds ?? 600)
        defer { line?.clear() }
        let answer = try await session.api.upload(upload, to: APIPath("images").with("name", name), timeout: limit)
        line?.clear()
        try session.show(answer, as: Image.self) { image in
            let names = image.names.isEmpty ? "without a name" : image.names.joined(separator: ", ")
            return "imported \(names.printable), \(Units.bytes(image.bytes)), \(image.digest)\n"
        }
    }
}
