use whimbrel::{DbType, Table};

#[derive(DbType)]
struct StudentId(i32);

type CourseId = i32;

#[derive(Table)]
struct StudentCourse {
    #[column(primary_key, foreign_key = "student.id")]
    student_id: StudentId,
    #[column(primary_key, foreign_key = "course.id")]
    course_id: CourseId,
}

#[derive(Table)]
struct Student {
    #[column(primary_key)]
    id: StudentId,
}

#[derive(Table)]
struct Course {
    #[column(primary_key)]
    id: CourseId,
}
