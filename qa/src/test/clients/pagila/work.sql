SELECT epoch.use_branch('feature/x') \g /dev/null
INSERT INTO actor (first_name, last_name) VALUES ('ED', 'CHASE') RETURNING actor_id;
INSERT INTO film (title, release_year, rating) VALUES ('ADAPTATION HOLES', 2007, 'R') RETURNING film_id, rental_rate;
INSERT INTO film_actor VALUES (3, 3), (1, 3);
UPDATE film SET title = 'ACADEMY MAMMOTH', special_features = special_features || '{Deleted Scenes}' WHERE film_id = 1;
DELETE FROM film_actor WHERE (actor_id, film_id) = (2, 1);
COPY payment (film_id, amount, payment_date) FROM STDIN WITH (DELIMITER ',');
3,9.99,2022-01-31
3,9.99,2022-02-28
\.
UPDATE payment SET payment_date = '2022-02-15' WHERE payment_id = 1;
BEGIN;
DELETE FROM payment;
ROLLBACK;
\echo tables
SELECT film_id, count(*), sum(amount) FROM payment GROUP BY film_id ORDER BY 1;
SELECT title FROM film WHERE 'Deleted Scenes' = ANY (special_features);
SELECT revenue(3);
\echo views
SELECT * FROM film_list ORDER BY fid;
SELECT * FROM sales_by_film ORDER BY fid;
SELECT * FROM sales;
