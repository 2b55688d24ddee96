package io.caravana.simulator;

/** The WSDL of a table, from which older clients learn its columns. */
final class Wsdl {
    private Wsdl() {}

    static Answer of(Call call, Table table) {
        var xml = new StringBuilder(20_000);
        xml.append(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\"")
                .append(
                        " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"")
                .append(
                        " xmlns:tns=\"http://www.service-now.com/%1$s\" targetNamespace=\"http://www.service-now.com/%1$s\">\n"
                                .formatted(table.name()))
                .append("<wsdl:types><xsd:schema elementFormDefault=\"unqualified\"")
                .append(" targetNamespace=\"http://www.service-now.com/%s\">\n".formatted(table.name()));
        element(xml, "get", "<xsd:element name=\"sys_id\" type=\"xsd:string\"/>");
        element(xml, "getResponse", columns(table));
        element(xml, "getRecords", columns(table));
        element(
                xml,
                "getRecordsResponse",
                "<xsd:element maxOccurs=\"unbounded\" minOccurs=\"0\" name=\"getRecordsResult\"><xsd:complexType><xsd:sequence>"
                        + columns(table) + "</xsd:sequence></xsd:complexType></xsd:element>");
        element(xml, "insert", columns(table));
        element(xml, "update", columns(table));
        xml.append(
                        "</xsd:schema></wsdl:types>\n<wsdl:service name=\"ServiceNow_%1$s\"><wsdl:port name=\"ServiceNowSoap\""
                                .formatted(table.name()))
                .append(
                        " binding=\"tns:ServiceNowSoap\"><soap:address location=\"%s/%s.do?SOAP\"/></wsdl:port></wsdl:service>\n"
                                .formatted(call.base(), table.name()))
                .append("</wsdl:definitions>\n");
        return Answer.text(200, "text/xml;charset=UTF-8", xml.toString());
    }

    private static void element(StringBuilder xml, String name, String content) {
        xml.append("<xsd:element name=\"")
                .append(name)
                .append("\"><xsd:complexType><xsd:sequence>")
                .append(content)
                .append("</xsd:sequence></xsd:complexType></xsd:element>\n");
    }

    private static String columns(Table table) {
        var columns = new StringBuilder();
        for (var column : table.columns()) {
            columns.append("<xsd:element minOccurs=\"0\" name=\"%s\" type=\"xsd:%s\"/>"
                    .formatted(column.name(), type(column)));
        }
        return columns.toString();
    }

    private static String type(Column column) {
        return switch (column.type()) {
            case INTEGER -> "integer";
            case DECIMAL -> "decimal";
            case BOOLEAN -> "boolean";
            default -> "string";
        };
    }
}
