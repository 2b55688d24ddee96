package io.caravana.simulator;

import java.util.List;

/** The file that some incidents were opened with; what is in it follows from its name. */
final class AttachmentRows implements ServiceDesk.LifeRows {
    private final Table table;

    AttachmentRows(Table table) {
        this.table = table;
    }

    @Override
    public List<Row> of(Life life) {
        if ((life.day + life.index) % 12 != 4) {
            return List.of();
        }
        var name = "log-%d-%d.txt".formatted(life.day, life.index);
        var content = AttachmentApi.madeUp(name);
        var opened = Stamps.of(life.opened);
        return List.of(Cells.of(table)
                .set("sys_id", life.related(9))
                .set("table_name", "incident")
                .set("table_sys_id", life.sysId)
                .set("file_name", name)
                .set("content_type", "text/plain")
                .set("size_bytes", content.length)
                .set("size_compressed", content.length)
                .set("compressed", true)
                .set("state", "available")
                .set("hash", AttachmentApi.hash(content))
                .created(opened, "admin")
                .updated(opened, "admin", 0)
                .row());
    }
}
