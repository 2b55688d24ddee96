package io.caravana.catalog;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One entry of {@code config/tables.yaml}: a ServiceNow table and the replica table it is carried into.
 *
 * @param source the table's name in ServiceNow, e.g. {@code task_sla}
 * @param target the replica table's name in the schema {@code servicenow}; the source's name when not given
 * @param job the job that loads it
 * @param enabled whether it is loaded at all
 * @param windowColumn the date, or the date and time, that the job's period applies to; empty: the whole table is read
 *     and upserted
 * @param filter an encoded query that selects rows, e.g. {@code active=true}; empty: all rows
 * @param fields the fields to load; empty: all that the account may read
 * @param displayValues which fields have a column {@code dv_<field>} with the display value beside the raw one: {@code none};
 *     {@code labels}, references and choices, and what has such a column already; {@code all}
 * @param pageSize rows per request; 0: {@code caravana.servicenow.page-size}
 * @param live whether the jobs that read changes and keys load it
 * @param history whether {@code <target>_history} keeps each version of a row
 * @param changeLog which loads log each changed row in {@code caravana.change_log}: {@code live}, those of the jobs that
 *     read changes and keys and those without dates, once the whole table has been read; {@code always}, all; {@code never}, none
 * @param onDelete what happens to a row that the source no longer has: {@code hard} deletes it, {@code soft} marks it
 *     in the column {@code etl_deleted_at}, {@code keep} leaves it
 * @param deleteShare the share of the rows of a period or a table, if they are over 100, that one load may delete or
 *     mark; with more it fails. Without it, {@code caravana.replica.delete-share}
 */
public record Table(
        @NotBlank @Pattern(regexp = Table.SOURCE, message = Table.A_NAME)
        String source,

        @Pattern(regexp = Table.NAME, message = Table.A_NAME + ", with 63 characters at most")
        String target,

        @NotBlank String job,
        @DefaultValue("true") boolean enabled,

        @DefaultValue("") @Pattern(regexp = "|" + Table.SOURCE, message = Table.A_NAME)
        String windowColumn,

        @DefaultValue("") String filter,
        @DefaultValue List<@Pattern(regexp = Table.FIELD, message = Table.A_FIELD) String> fields,
        @DefaultValue("none") DisplayValues displayValues,
        @DefaultValue("0") @Min(0) @Max(10_000) int pageSize,
        @DefaultValue("true") boolean live,
        @DefaultValue("false") boolean history,
        @DefaultValue("live") LoggedBy changeLog,
        @DefaultValue("hard") OnDelete onDelete,
        @DecimalMin("0") @DecimalMax("1") Double deleteShare) {

    /** When a record was changed last: the order in which changes are read. */
    public static final String UPDATED = "sys_updated_on";

    /** When a record was created. */
    public static final String CREATED = "sys_created_on";

    /** How often a record was changed. */
    public static final String CHANGES = "sys_mod_count";

    /** What the name of a table's history ends in. */
    public static final String HISTORY = "_history";

    /** Names of tables in PostgreSQL, which keeps 63 bytes of a name. */
    static final String NAME = "[a-z][a-z0-9_]{0,62}";

    /** Names of tables and columns in ServiceNow. */
    static final String SOURCE = "[a-z][a-z0-9_]{0,79}";

    static final String A_NAME = "a name of small letters, digits and underscores that begins with a letter";

    /** A field, or a walk over references such as {@code caller_id.name}. */
    static final String FIELD = "[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*";

    static final String A_FIELD = "a field such as number, or a walk over references such as caller_id.name";

    /** Which display values are carried beside the raw values. */
    public enum DisplayValues {
        NONE,
        LABELS,
        ALL
    }

    /** Which loads log what they change. */
    public enum LoggedBy {
        LIVE,
        ALWAYS,
        NEVER
    }

    /** What becomes of a row that the source no longer has. */
    public enum OnDelete {
        HARD,
        SOFT,
        KEEP
    }

    public Table {
        target = target == null || target.isEmpty() ? source : target;
        fields = List.copyOf(fields);
    }

    /** Whether the job's period restricts what is read, and what is reconciled, in this table. */
    public boolean hasWindow() {
        return !windowColumn.isEmpty();
    }

    /** Whether display values are asked for. */
    public boolean withDisplayValues() {
        return displayValues != DisplayValues.NONE;
    }

    /**
     * The fields to carry: all that are known, or the configured ones with those that Caravana itself goes by. Empty
     * when nothing is known and none is configured: all that there are.
     *
     * @param known the fields that the source is known to have
     */
    public List<String> carried(Collection<String> known) {
        if (fields.isEmpty() && known.isEmpty()) {
            return List.of();
        }
        var carried = new LinkedHashSet<>(fields.isEmpty() ? known : List.of("sys_id"));
        carried.addAll(fields);
        if (hasWindow()) {
            carried.add(windowColumn);
        }
        Stream.of(CREATED, UPDATED, CHANGES).filter(known::contains).forEach(carried::add);
        return List.copyOf(carried);
    }

    /** What is read of which table, in one line: changes that were read by another definition are of no use. */
    public String definition() {
        return "%s; %s; %s; %s".formatted(source, filter, fields, displayValues);
    }
}
