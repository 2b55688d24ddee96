package io.caravana.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "0.1.2.3",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "192.0.0.8",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:7f00:1::"
            })
    void an_address_of_this_machine_or_a_private_network_is_not_public(String address) throws Exception {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isFalse();
        assertThatThrownBy(() -> new PublicAddresses(List.of(), "a.setting").resolve(address))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("not public");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8.8.8.8", "100.63.0.1", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "2001:4860:4860::8888"})
    void any_other_address_is(String address) throws Exception {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST"})
    void a_host_that_the_configuration_names_may_be_private(String host) throws Exception {
        assertThat(new PublicAddresses(List.of("localhost"), "a.setting").resolve(host))
                .isNotEmpty();
        assertThatThrownBy(() -> new PublicAddresses(List.of("example.com"), "a.setting").resolve(host))
                .isInstanceOf(UnknownHostException.class);
    }
}
