package io.caravana.servicenow;

import io.caravana.connector.Keyring;
import io.caravana.connector.SignIn;
import io.caravana.connector.SignInFailure;
import io.caravana.connector.Signature;
import io.caravana.servicenow.ServiceNowException.Permanent;
import io.caravana.servicenow.ServiceNowException.Remedy;
import io.caravana.servicenow.ServiceNowException.Retryable;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** What becomes of a request whose credentials were refused: they are renewed and it is made again, once. */
@Component
public final class Refusals {

    private static final int REFUSED = 401;

    private static final String RENEWED_FOR = "credentialsRenewedFor";

    private final SignIn signIn;
    private final Keyring keyring;

    Refusals(SignIn signIn, Keyring keyring) {
        this.signIn = signIn;
        this.keyring = keyring;
    }

    /**
     * The failure of a request as its caller is to see it. New credentials are asked for here if the answer on the
     * exchange says that the ones used are no longer good.
     *
     * @return the same failure if it is not about credentials
     */
    public Exception explain(Exchange exchange, PageRequest request, Exception failure) {
        if (failure instanceof SignInFailure notSignedIn) {
            return of(notSignedIn, request);
        }
        if (!(failure instanceof ServiceNowException refused) || !isRefusal(exchange)) {
            return failure;
        }
        if (!signIn.isRenewable()) {
            return permanent(refused, "");
        }
        if (request.equals(exchange.getProperty(RENEWED_FOR))) {
            return permanent(refused, " with new credentials, too");
        }
        return renewed(exchange, request, refused);
    }

    private boolean isRefusal(Exchange exchange) {
        var answer = exchange.getMessage();
        var status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        return signIn.isRefusal(status, answer.getHeader(Exchange.CONTENT_TYPE, String.class));
    }

    private Exception renewed(Exchange exchange, PageRequest request, ServiceNowException refused) {
        try {
            keyring.renew(exchange.getMessage().getHeader(Signature.NUMBER, 0L, Long.class));
        } catch (SignInFailure notSignedIn) {
            return of(notSignedIn, request);
        }
        exchange.setProperty(RENEWED_FOR, request);
        return new Retryable(
                refused.getMessage() + ". The credentials have been renewed", Remedy.NEW_CREDENTIALS, null, null);
    }

    /** A failed sign-in as the failure of the page that was to be asked for. */
    private static ServiceNowException of(SignInFailure failure, PageRequest request) {
        var message = request.place() + ": " + failure.getMessage();
        var remedy = failure.retryAfter() == null ? Remedy.TIME : Remedy.ASKED_WAIT;
        return failure.isRetryable()
                ? new Retryable(message, remedy, failure.retryAfter(), failure.getCause())
                : new Permanent(message, REFUSED, failure.getCause());
    }

    private Permanent permanent(ServiceNowException refused, String how) {
        return new Permanent("%s%s. %s".formatted(refused.getMessage(), how, signIn.advice()), REFUSED, null);
    }
}
