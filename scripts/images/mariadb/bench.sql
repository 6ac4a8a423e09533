create database bench;
flush privileges;
create user 'bench'@'%';
grant all on bench.* to 'bench'@'%';
