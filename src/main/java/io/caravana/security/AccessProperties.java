package io.caravana.security;

import io.caravana.settings.Mistake;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

/**
 * Who may sign in, as what, and how often they may ask.
 *
 * @param users people and programs with a user name and a password
 * @param tokens programs that send {@code Authorization: Bearer}
 * @param oidc how the roles are found in what an OpenID Connect provider says
 * @param requestsPerMinute how many requests the API takes from one who has signed in, or from one address
 * @param refusedSignInsPerMinute how many wrong passwords or tokens may come from one address before all of its sign-ins
 *     have to wait
 */
@Validated
@ConfigurationProperties("caravana.security")
record AccessProperties(
        @DefaultValue List<@Valid User> users,
        @DefaultValue List<@Valid Token> tokens,
        @DefaultValue Oidc oidc,
        @DefaultValue("600") @Min(1) @Max(1_000_000) int requestsPerMinute,
        @DefaultValue("10") @Min(1) @Max(1_000_000) int refusedSignInsPerMinute)
        implements Validator {

    /**
     * @param name the user name; capitals make no difference
     * @param password the hash of the password, as {@code hash-password} prints it
     * @param role what the user may do, with all that the roles before it may
     * @param companies names or keys (sys_id) of the companies whose tickets the user sees; none: all
     * @param groups names or keys (sys_id) of the assignment groups whose tickets the user sees; none: all
     */
    record User(
            @NotBlank String name,

            @NotBlank
            @Pattern(
                    regexp = "\\{bcrypt}\\$2[aby]\\$\\d\\d\\$[./0-9A-Za-z]{53}",
                    message = "the hash of a password, '{bcrypt}…' as 'caravana.jar hash-password' prints it")
            String password,

            @NotNull Role role,
            @DefaultValue List<@NotBlank String> companies,
            @DefaultValue List<@NotBlank String> groups) {

        List<GrantedAuthority> authorities() {
            return AccessProperties.authorities(role, companies, groups);
        }

        @Override
        public String toString() {
            return "User[name=%s, role=%s]".formatted(name, role);
        }
    }

    /**
     * @param name who it is for; the audit shows it
     * @param token the hash of the token, as {@code hash-token} prints it
     * @param role what its bearer may do, with all that the roles before it may
     * @param companies names or keys (sys_id) of the companies whose tickets its bearer sees; none: all
     * @param groups names or keys (sys_id) of the assignment groups whose tickets its bearer sees; none: all
     */
    record Token(
            @NotBlank String name,

            @NotBlank
            @Pattern(
                    regexp = "\\{sha256}[0-9a-f]{64}",
                    message = "the hash of a token, '{sha256}…' as 'caravana.jar hash-token' prints it")
            String token,

            @NotNull Role role,
            @DefaultValue List<@NotBlank String> companies,
            @DefaultValue List<@NotBlank String> groups) {

        List<GrantedAuthority> authorities() {
            return AccessProperties.authorities(role, companies, groups);
        }

        @Override
        public String toString() {
            return "Token[name=%s, role=%s]".formatted(name, role);
        }
    }

    /**
     * @param rolesClaim the claim that has the roles, a text or a list; a dot goes into an object, as in
     *     {@code realm_access.roles}
     * @param rolePrefix what stands before {@code viewer}, {@code operator} and {@code admin} in that claim, so that the
     *     {@code admin} of another program is not one here
     * @param companiesClaim the claim that has the names or keys of the companies whose tickets somebody sees; whoever lacks it sees none.
     *     Empty: everybody sees all
     * @param groupsClaim the same for assignment groups
     */
    record Oidc(
            @DefaultValue("roles") @NotBlank String rolesClaim,
            @DefaultValue("caravana-") String rolePrefix,
            @DefaultValue("") String companiesClaim,
            @DefaultValue("") String groupsClaim) {}

    private static List<GrantedAuthority> authorities(Role role, List<String> companies, List<String> groups) {
        var authorities = new ArrayList<GrantedAuthority>(role.authorities());
        if (!companies.isEmpty() || !groups.isEmpty()) {
            authorities.add(new Limit(companies.isEmpty() ? null : companies, groups.isEmpty() ? null : groups));
        }
        return authorities;
    }

    @Override
    public boolean supports(Class<?> type) {
        return type == AccessProperties.class;
    }

    @Override
    public void validate(Object target, Errors errors) {
        var names = new HashSet<String>();
        for (int index = 0; index < users.size(); index++) {
            var name = users.get(index).name();
            if (name != null && !names.add(name.toLowerCase(Locale.ROOT))) {
                Mistake.note(errors, "users[%d].name".formatted(index), "another user has this name");
            }
        }
        names.clear();
        for (int index = 0; index < tokens.size(); index++) {
            if (!names.add(tokens.get(index).name())) {
                Mistake.note(errors, "tokens[%d].name".formatted(index), "another token has this name");
            }
        }
    }
}
