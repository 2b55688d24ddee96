package io.caravana.connector;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;

/**
 * Puts the credentials on a request when it leaves, so that no message of a route ever holds them, and only when it goes
 * to the instance. The answer says in the header {@value #NUMBER} which credentials it is about.
 */
public final class Signature implements ExecChainHandler {

    public static final String NUMBER = "Caravana-Credentials";

    private final HttpHost instance;
    private final Keyring keyring;
    private final SignIn signIn;

    Signature(URI instance, Keyring keyring, SignIn signIn) {
        this.instance = hostOf(instance);
        this.keyring = keyring;
        this.signIn = signIn;
    }

    static HttpHost hostOf(URI url) {
        return RoutingSupport.normalize(
                new HttpHost(url.getScheme(), url.getHost(), url.getPort()), DefaultSchemePortResolver.INSTANCE);
    }

    /** Makes a client sign its requests. */
    void on(HttpClientBuilder client) {
        client.addExecInterceptorFirst("sign-in", this);
        if (signIn instanceof SessionBroker) {
            // the broker's cookies are the session; one of the instance's own beside them would make two
            client.disableCookieManagement();
        }
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        if (!scope.route.getTargetHost().equals(instance)) {
            return chain.proceed(request, scope);
        }
        var held = keyring.current();
        held.credentials().headers().forEach(request::setHeader);
        var response = chain.proceed(request, scope);
        response.setHeader(NUMBER, held.number());
        return response;
    }
}
