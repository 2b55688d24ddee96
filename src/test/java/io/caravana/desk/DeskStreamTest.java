package io.caravana.desk;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravana.change.ChangeEvent.Id;
import io.caravana.desk.DeskEvents.Changed;
import io.caravana.desk.DeskStream.Pending;
import io.caravana.replica.RowScope;
import io.caravana.ticket.TicketType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class DeskStreamTest {

    /** As Servlet 6 has it: whether it is ready may be asked once it has a listener. */
    private static final class Connection extends ServletOutputStream {

        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private WriteListener listener;

        @Override
        public boolean isReady() {
            if (listener == null) {
                throw new IllegalStateException("not in non-blocking mode");
            }
            return true;
        }

        @Override
        public void setWriteListener(WriteListener writer) {
            listener = writer;
        }

        @Override
        public void write(int b) {
            sent.write(b);
        }
    }

    @Test
    void what_happens_before_a_stream_is_open_is_said_with_its_first_message() throws IOException {
        var connection = new Connection();
        var gone = new ArrayList<DeskStream>();
        var response = new MockHttpServletResponse() {
            @Override
            public ServletOutputStream getOutputStream() {
                return connection;
            }
        };
        var stream = new DeskStream(
                RowScope.EVERYTHING,
                new MockAsyncContext(new MockHttpServletRequest(), response),
                DeskStreamTest::text,
                gone::add);

        stream.tell(news("b", 2));
        stream.open(news("a", 1));
        connection.listener.onWritePossible();

        assertThat(gone).isEmpty();
        assertThat(connection.sent.toString(StandardCharsets.UTF_8)).isEqualTo("0-2: a b\n");
    }

    private static Pending news(String ticket, long place) {
        return new Pending(Set.of(new Changed(TicketType.INCIDENT, ticket, "updated")), false, new Id(0, place));
    }

    private static String text(Pending news) {
        return news.tickets().stream().map(Changed::id).collect(Collectors.joining(" ", news.place() + ": ", "\n"));
    }
}
