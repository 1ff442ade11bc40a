// The Java kernel, on the JDK's own JShell. python_code.py documents its protocol.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;

public class JavaCode {
    static final PrintStream engine = System.out;
    static final int MAX_ERROR = 1 << 20;  // characters
    static volatile int running;  // the number of the current run, 0 between runs
    static final Set<SubKind> VALUES = EnumSet.of(
        SubKind.TEMP_VAR_EXPRESSION_SUBKIND, SubKind.VAR_VALUE_SUBKIND, SubKind.OTHER_EXPRESSION_SUBKIND);

    static synchronized void send(String event, String... members) {
        StringBuilder line = new StringBuilder("{\"event\":").append(json(event));
        for (int at = 0; at < members.length; at += 2) {
            line.append(',').append(json(members[at])).append(':').append(members[at + 1]);
        }
        engine.print(line.append("}\n"));
        engine.flush();
    }

    static String json(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char one : text.toCharArray()) {
            quoted.append(one > 126 || one < 32 || one == '"' || one == '\\' ? String.format("\\u%04x", (int) one) : one);
        }
        return quoted.append('"').toString();
    }

    static PrintStream output(String name) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        return new PrintStream(new OutputStream() {
            private byte[] rest = {};  // of an incomplete character

            public void write(int one) {
                write(new byte[] {(byte) one}, 0, 1);
            }

            public void write(byte[] data, int start, int length) {
                ByteBuffer bytes = ByteBuffer.allocate(rest.length + length);
                bytes.put(rest).put(data, start, length).flip();
                CharBuffer text = CharBuffer.allocate(bytes.remaining());
                decoder.decode(bytes, text, false);
                rest = new byte[bytes.remaining()];
                bytes.get(rest);
                if (text.position() > 0) {
                    send(name, "chunk", json(text.flip().toString()));
                }
            }
        }, true);
    }

    static boolean run(JShell shell, String code) {
        for (String rest = code; !rest.isBlank(); ) {
            SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            String source = info.source() == null ? rest : info.source();
            for (SnippetEvent event : shell.eval(source)) {
                if (event.causeSnippet() == null && !report(shell, event, info.remaining().isBlank())) {
                    return false;
                }
            }
            rest = info.source() == null ? "" : info.remaining();
        }
        return true;
    }

    static boolean report(JShell shell, SnippetEvent event, boolean last) {
        if (event.status() == Snippet.Status.REJECTED) {
            String message = shell.diagnostics(event.snippet()).map(one -> one.getMessage(null))
                .collect(Collectors.joining("\n"));
            sendError("SyntaxError", message, message);
            return false;
        }
        if (event.exception() != null) {
            String name = event.exception() instanceof EvalException
                ? ((EvalException) event.exception()).getExceptionClassName() : "Error";
            String trace = java.util.Arrays.stream(event.exception().getStackTrace())
                .map(frame -> "\tat " + frame).collect(Collectors.joining("\n"));
            String message = String.valueOf(event.exception().getMessage());
            sendError(name, message, name + ": " + message + "\n" + trace);
            return false;
        }
        if (last && VALUES.contains(event.snippet().subKind()) && event.value() != null) {
            send("result", "main", "true", "mime", "{\"text/plain\":" + json(event.value()) + "}");
        }
        return true;
    }

    static void interrupt(JShell shell, int run) {
        try {
            for (; run != 0 && running == run; Thread.sleep(50)) {
                shell.stop();  // no effect until the code is compiled and runs
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    static void sendError(String name, String value, String traceback) {
        send("error", "name", json(name), "value", json(cut(value)), "traceback", json(cut(traceback)));
    }

    static String cut(String text) {
        return text.substring(0, Math.min(text.length(), MAX_ERROR));
    }

    public static void main(String[] args) throws Exception {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        JShell shell = JShell.builder().out(output("stdout")).err(output("stderr")).build();
        shell.onShutdown(ended -> Runtime.getRuntime().halt(1));  // the code has ended its JVM: its variables are lost
        sun.misc.Signal.handle(new sun.misc.Signal("INT"), signal -> {
            int run = running;  // the thread may start after the next run has begun
            new Thread(() -> interrupt(shell, run)).start();
        });
        send("ready");
        int count = 0;
        for (String line; (line = requests.readLine()) != null; ) {
            String[] request = line.split(" ");
            running = count + 1;
            run(shell, new String(Base64.getDecoder().decode(request[1]), StandardCharsets.UTF_8));
            running = 0;
            count += 1;
            send("end", "mark", json(request[0]), "count", String.valueOf(count));
        }
        shell.close();
    }
}
