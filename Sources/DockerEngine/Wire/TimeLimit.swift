/// Runs something that ends soon after its task is cancelled, and cancels it when the time is over.
enum TimeLimit {
    private enum Outcome<Value: Sendable>: Sendable {
        case finished(Value)
        case failed(any Error)
        case overdue
    }

    /// The result, or `nil` when the time was over first. Without a limit it waits for as long as it takes.
    static func run<Value: Sendable>(
        _ limit: Duration?, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard let limit else { return try await body() }
        let outcome = await withTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask {
                do { return .finished(try await body()) } catch { return .failed(error) }
            }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return .failed(error) }
                return .overdue
            }
            defer { group.cancelAll() }
            return await group.next() ?? .overdue
        }
        return switch outcome {
        case .finished(let value): value
        case .failed(let error): throw error
        case .overdue: nil
        }
    }
}
