import ArgumentParser

/// What all client verbs take.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The control plane: http[s]://HOST:PORT or unix:/path. (default: $RELOCATE_SERVER, or http://127.0.0.1:8080)",
            valueName: "url"),
        transform: { try ServerAddress($0) })
    var server: ServerAddress?

    @OptionGroup var trust: TrustOptions

    @Flag(help: "Print the API's JSON instead of text for people.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for an answer, or for the end of what was begun.", valueName: "seconds"),
        transform: { try Self.seconds($0) })
    var timeout: Double?

    /// Fails for an environment that names no control plane, before anything is sent.
    func validate() throws { _ = try validated { try trust.configuration(for: address) } }

    /// The control plane that is meant.
    var address: ServerAddress {
        get throws {
            if let server { return server }
            guard let text = Environment()[ServerAddress.variable], !text.isEmpty else { return .usual }
            do {
                return try ServerAddress(text)
            } catch {
                throw ClientError.badInput("the environment variable \(ServerAddress.variable) is '\(text)': \(error)")
            }
        }
    }

    /// How long an answer may take when the verb itself does not wait for anything.
    var answerTimeout: Duration { .seconds(timeout ?? 30) }

    private static func seconds(_ text: String) throws -> Double {
        guard let value = Double(text), value > 0, value <= 86_400 else {
            throw ClientError.badInput("write seconds above 0 and at most 86400")
        }
        return value
    }
}

/// Runs a check and turns what it throws into wrong usage.
func validated<Value>(_ check: () throws -> Value) throws -> Value {
    do {
        return try check()
    } catch {
        throw ValidationError("\(error)")
    }
}
