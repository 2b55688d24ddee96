package io.caravana.action;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The secrets of projects, sealed with AES-256-GCM. A value can be changed, and used by programs; it is never shown again. */
@Component("actionSecrets")
public class Secrets {

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcClient jdbc;
    private final byte[] key;
    private final String keyId;

    Secrets(JdbcClient jdbc, ActionProperties properties) {
        this.jdbc = jdbc;
        this.key = properties.secretKey().isEmpty() ? null : Base64.getDecoder().decode(properties.secretKey());
        this.keyId = key == null ? null : DigestUtils.sha256Hex(key).substring(0, 8);
    }

    /** @param keyId tells with which key it is sealed */
    public record Named(String name, String keyId, String updatedBy, OffsetDateTime updatedAt) {}

    /** Whether there is a key to seal with. */
    public boolean isOn() {
        return key != null;
    }

    /** The names of a project's secrets. */
    public List<Named> list(UUID project) {
        return jdbc.sql(
                        "SELECT name, key_id, updated_by, updated_at FROM caravana.action_secret WHERE project = ? ORDER BY name")
                .param(project)
                .query((row, number) -> new Named(
                        row.getString(1), row.getString(2), row.getString(3), row.getObject(4, OffsetDateTime.class)))
                .list();
    }

    /** Stores a secret in place of what it was. */
    public void put(UUID project, String name, String value, String by) {
        jdbc.sql("""
                        INSERT INTO caravana.action_secret (project, name, key_id, sealed, updated_by) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (project, name) DO UPDATE SET key_id = EXCLUDED.key_id, sealed = EXCLUDED.sealed,
                          updated_by = EXCLUDED.updated_by, updated_at = clock_timestamp()""")
                .params(project, name, keyId, seal(project, name, value), by)
                .update();
    }

    /** Returns false if the project has no such secret. */
    public boolean remove(UUID project, String name) {
        return jdbc.sql("DELETE FROM caravana.action_secret WHERE project = ? AND name = ?")
                        .params(project, name)
                        .update()
                > 0;
    }

    /** The values of a project's secrets, as far as they are sealed with our key. */
    Map<String, String> values(UUID project) {
        var values = new LinkedHashMap<String, String>();
        if (isOn()) {
            jdbc.sql("SELECT name, sealed FROM caravana.action_secret WHERE project = ? AND key_id = ?")
                    .params(project, keyId)
                    .query(row -> {
                        values.put(row.getString(1), open(project, row.getString(1), row.getBytes(2)));
                    });
        }
        return values;
    }

    private byte[] seal(UUID project, String name, String value) {
        var nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        var sealed = cipher(Cipher.ENCRYPT_MODE, project, name, nonce, value.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    private String open(UUID project, String name, byte[] sealed) {
        var nonce = Arrays.copyOf(sealed, NONCE);
        var rest = Arrays.copyOfRange(sealed, NONCE, sealed.length);
        return new String(cipher(Cipher.DECRYPT_MODE, project, name, nonce, rest), StandardCharsets.UTF_8);
    }

    /** The place belongs to the seal: a value that is moved to another name or project does not open. */
    private byte[] cipher(int mode, UUID project, String name, byte[] nonce, byte[] bytes) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD((project + "/" + name).getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the secret %s cannot be opened with this key".formatted(name), e);
        }
    }
}
