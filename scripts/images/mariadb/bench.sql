create database bench;
use bench;
create table accounts (id int primary key, balance bigint not null) engine = innodb;
insert into accounts values (1, 1000000), (2, 1000000);
create table transfers (number bigint primary key, amount bigint not null) engine = innodb;
use mysql;
flush privileges;
create user 'bench'@'%';
grant all on bench.* to 'bench'@'%';
