-- name: order_by_id
select * from orders where id = :order.id and customer_id = :order.customer_id;

-- name: latest_orders
select id, total, placed from orders where customer_id = :customer order by placed desc limit 20;

-- name: buy
-- transaction
-- result: made
insert into orders (customer_id, total) values (:customer, :total) returning id, total;
update customer set spent = spent + :made.total where id = :customer;
