package io.caravana.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to set in place of a stack trace. */
class OpenServerFailureAnalyzer extends AbstractFailureAnalyzer<OpenServerException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, OpenServerException cause) {
        return new FailureAnalysis(cause.getMessage(), """
                Set SERVER_ADDRESS=127.0.0.1, which only this machine reaches, or one of these:

                  SPRING_SECURITY_USER_PASSWORD    the password of one user, "user", who may do everything
                  caravana.security.users          people and programs with passwords, each with a role
                  caravana.security.tokens         programs with tokens, each with a role
                  spring.security.oauth2           a provider of OpenID Connect

                docs/operations.md, "Security", shows each of them.""", cause);
    }
}
