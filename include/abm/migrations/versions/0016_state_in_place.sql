-- As in ops.sync_changes: an update finds room on its row's own page and needs no new index entry. Pages that are full
-- already stay so until they are vacuumed; a table whose rows all change takes twice its size either way.
alter table ops.sync_state set (fillfactor = 50);
