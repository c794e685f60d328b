ALTER TABLE authors ADD phone varchar(20) DEFAULT 'none' NOT NULL CHECK (phone <> '');
ALTER TABLE authors DROP born;
ALTER TABLE books RENAME words TO keywords;
CREATE INDEX books_by_title ON books (title);
UPDATE authors SET phone = '123' WHERE name = 'Leo Tolstoy';
