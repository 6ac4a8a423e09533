import FleetModel
import Testing

@testable import HostAgent

@Suite("The agent speaks with CRIU")
struct CriuProtocolTests {
    @Test("every number and text that is written as a protocol buffer is read back", arguments: 0..<200)
    func roundTrip(_ seed: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let number = Int(truncatingIfNeeded: generator.next() >> UInt64(seed % 64))
        let field = Int.random(in: 1...500)
        let text = String(repeating: "ä", count: Int.random(in: 0...300))
        var writer = ProtobufWriter()
        writer.integer(field, number)
        writer.text(field + 1, text)
        writer.message(field + 2) { $0.integer(1, -number) }
        let message = try ProtobufMessage(writer.bytes)
        #expect(message.integer(field) == number)
        #expect(message.text(field + 1) == text)
        #expect(try message.message(field + 2)?.integer(1) == 0 &- number)
    }

    @Test("no message that ends too early or holds noise is taken for one", arguments: 0..<500)
    func noise(_: Int) {
        let bytes = (0..<Int.random(in: 0...40)).map { _ in UInt8.random(in: 0...255) }
        // Reaching the end is what is tested: nothing traps.
        _ = try? CriuResponse(bytes)
        #expect(throws: ProtobufError.self) { try ProtobufMessage([0x0a, 0x05, 0x01]) }
        #expect(throws: ProtobufError.self) { try ProtobufMessage([0x80]) }
        #expect(throws: ProtobufError.self) { try ProtobufMessage([0x0b]) }
    }

    @Test("what CRIU answers is understood")
    func responses() throws {
        var notification = ProtobufWriter()
        notification.integer(1, 6)
        notification.flag(2, true)
        notification.message(5) {
            $0.text(1, "post-restore")
            $0.integer(2, 4711)
        }
        #expect(try CriuResponse(notification.bytes) == .notification("post-restore", process: 4711))
        var refusal = ProtobufWriter()
        refusal.integer(1, 1)
        refusal.flag(2, false)
        refusal.text(9, "no")
        #expect(try CriuResponse(refusal.bytes) == .refused(message: "no"))
    }

    @Test("a dump is decided upon when it is whole, not before")
    func dump() {
        var conversation = CriuConversation.dump
        for name in ["pre-dump", "network-lock"] {
            #expect(conversation.received(.notification(name, process: nil)) == .acknowledge)
        }
        #expect(conversation.received(.notification("query-ext-files", process: nil)) == .look)
        conversation.decided()
        #expect(conversation.received(.notification("post-dump", process: nil)) == .decide)
        conversation.decided()
        #expect(conversation.received(.notification("network-unlock", process: nil)) == .acknowledge)
        #expect(conversation.received(.dumped) == .succeed)
        #expect(conversation.state == .over)
    }

    @Test("restored tasks are held until it is decided that they run")
    func restore() {
        var conversation = CriuConversation.restore
        #expect(conversation.received(.notification("setup-namespaces", process: 9)) == .furnish(process: 9))
        conversation.decided()
        #expect(conversation.received(.notification("post-setup-namespaces", process: nil)) == .complete)
        conversation.decided()
        #expect(conversation.received(.notification("post-restore", process: 9)) == .hold(process: 9))
        var impatient = conversation
        guard case .fail = impatient.received(.restored(process: 9)) else {
            Issue.record("tasks that run although they are held must be a failure")
            return
        }
        conversation.decided()
        #expect(conversation.received(.notification("post-resume", process: nil)) == .acknowledge)
        #expect(conversation.received(.restored(process: 9)) == .succeed)
    }

    @Test("a refusal ends any conversation", arguments: [CriuConversation.dump, .restore])
    func refusal(_ conversation: CriuConversation) {
        var conversation = conversation
        #expect(conversation.received(.refused(message: "why")) == .fail("why"))
        #expect(conversation.state == .over)
    }
}
